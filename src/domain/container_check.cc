#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "domain/names.h"
#include "domain/task_definition.h"

namespace berth::domain {
namespace {

using model::ecs::ContainerDefinition;
using model::ecs::NetworkMode;
using model::ecs::PortMapping;
using model::ecs::RegisterTaskDefinitionRequest;

// AWS refuses less; Docker Engine itself wants 6 MiB, which the agent sees to.
constexpr std::int32_t kMemoryMiBMin = 4;

Error bad(const ContainerDefinition& container, std::string_view what) {
  return invalid(fmt::format("Invalid setting for container '{}'. {}", container.name.value_or(""), what));
}

Result<void> check_memory(const RegisterTaskDefinitionRequest& request,
                          const ContainerDefinition& container) {
  const bool task_memory = request.memory && !request.memory->empty();
  if (!container.memory && !container.memory_reservation) {
    if (task_memory) return {};
    return bad(container, "At least one of 'memory' or 'memoryReservation' must be specified.");
  }
  if (container.memory && *container.memory < kMemoryMiBMin)
    return bad(container, fmt::format("'memory' must be at least {} MiB.", kMemoryMiBMin));
  if (container.memory_reservation && *container.memory_reservation < kMemoryMiBMin)
    return bad(container, fmt::format("'memoryReservation' must be at least {} MiB.", kMemoryMiBMin));
  if (container.memory && container.memory_reservation && *container.memory < *container.memory_reservation)
    return bad(container, "'memory' must not be less than 'memoryReservation'.");
  return {};
}

std::optional<std::pair<int, int>> parse_range(std::string_view text) {
  int first = 0, last = 0;
  const char* end = text.data() + text.size();
  auto [middle, error] = std::from_chars(text.data(), end, first);
  if (error != std::errc() || middle == end || *middle != '-') return std::nullopt;
  auto [rest, error_last] = std::from_chars(middle + 1, end, last);
  if (error_last != std::errc() || rest != end || first < 1 || last > 65535 || first > last)
    return std::nullopt;
  return std::pair(first, last);
}

Result<void> check_port(const RegisterTaskDefinitionRequest& request, const ContainerDefinition& container,
                        const PortMapping& mapping) {
  if (mapping.container_port_range) {
    if (mapping.container_port || mapping.host_port)
      return bad(container, "'containerPortRange' excludes 'containerPort' and 'hostPort'.");
    if (!parse_range(*mapping.container_port_range))
      return bad(container, fmt::format("'containerPortRange' '{}' must be like '8000-8010'.",
                                        *mapping.container_port_range));
    return {};
  }
  if (!mapping.container_port) return bad(container, "Each port mapping must have a 'containerPort'.");
  const auto port = *mapping.container_port;
  if (port < 1 || port > 65535)
    return bad(container, fmt::format("'containerPort' {} must be between 1 and 65535.", port));
  const auto host = mapping.host_port.value_or(0);
  if (host < 0 || host > 65535)
    return bad(container, fmt::format("'hostPort' {} must be between 0 and 65535.", host));
  if (request.network_mode == NetworkMode::awsvpc && host != 0 && host != port)
    return invalid(
        "When networkMode=awsvpc, the host ports and container ports in port mappings must match.");
  if (request.network_mode == NetworkMode::host && host != 0 && host != port)
    return invalid("When networkMode=host, the host ports and container ports in port mappings must match.");
  return {};
}

Result<void> check_ports(const RegisterTaskDefinitionRequest& request, const ContainerDefinition& container) {
  if (!container.port_mappings || container.port_mappings->empty()) return {};
  if (request.network_mode == NetworkMode::none)
    return bad(container, "Port mappings are not allowed when networkMode is 'none'.");
  if (container.port_mappings->size() > 100) return bad(container, "At most 100 port mappings are allowed.");
  for (const auto& mapping : *container.port_mappings)
    if (auto checked = check_port(request, container, mapping); !checked) return checked;
  return {};
}

Result<void> check_health(const ContainerDefinition& container) {
  if (!container.health_check) return {};
  const auto& health = *container.health_check;
  const auto outside = [](const std::optional<std::int32_t>& value, int low, int high) {
    return value && (*value < low || *value > high);
  };
  if (health.command.empty()) return bad(container, "The health check's command must not be empty.");
  if (outside(health.interval, 5, 300))
    return bad(container, "The health check's interval must be 5 to 300 seconds.");
  if (outside(health.timeout, 2, 120))
    return bad(container, "The health check's timeout must be 2 to 120 seconds.");
  if (outside(health.retries, 1, 10)) return bad(container, "The health check's retries must be 1 to 10.");
  if (outside(health.start_period, 0, 300))
    return bad(container, "The health check's startPeriod must be 0 to 300 seconds.");
  return {};
}

Result<void> check_details(const ContainerDefinition& container) {
  if (container.environment)
    for (const auto& pair : *container.environment)
      if (pair.name.value_or("").empty()) return bad(container, "An environment variable must have a name.");
  if (container.ulimits)
    for (const auto& limit : *container.ulimits)
      if (limit.soft_limit > limit.hard_limit && limit.hard_limit >= 0)
        return bad(container, fmt::format("The soft limit of ulimit '{}' is greater than its hard limit.",
                                          to_string(limit.name)));
  if (container.stop_timeout && *container.stop_timeout < 0)
    return bad(container, "'stopTimeout' must not be negative.");
  if (container.start_timeout && *container.start_timeout < 0)
    return bad(container, "'startTimeout' must not be negative.");
  if (container.restart_policy) {
    const auto& policy = *container.restart_policy;
    if (policy.restart_attempt_period &&
        (*policy.restart_attempt_period < 60 || *policy.restart_attempt_period > 1800))
      return bad(container, "'restartAttemptPeriod' must be 60 to 1800 seconds.");
    if (policy.ignored_exit_codes && policy.ignored_exit_codes->size() > 50)
      return bad(container, "At most 50 'ignoredExitCodes' are allowed.");
  }
  return {};
}

Result<void> check_mounts(const RegisterTaskDefinitionRequest& request,
                          const ContainerDefinition& container) {
  if (!container.mount_points) return {};
  for (const auto& mount : *container.mount_points) {
    const std::string name = mount.source_volume.value_or("");
    const bool known =
        request.volumes && std::any_of(request.volumes->begin(), request.volumes->end(),
                                       [&](const auto& volume) { return volume.name == name; });
    if (!known) return invalid(fmt::format("Unknown volume '{}'.", name));
    if (mount.container_path.value_or("").empty())
      return bad(container, fmt::format("The mount point of volume '{}' must have a containerPath.", name));
  }
  return {};
}

}  // namespace

Result<void> check_container(const RegisterTaskDefinitionRequest& request,
                             const ContainerDefinition& container) {
  const std::string name = container.name.value_or("");
  if (name.empty()) return invalid("Container.name should not be null or empty.");
  if (!is_name(name))
    return invalid(
        fmt::format("Container name '{}' is invalid: up to 255 letters (uppercase and lowercase), numbers, "
                    "underscores, and hyphens "
                    "are allowed.",
                    name));
  if (container.image.value_or("").empty()) return invalid("Container.image should not be null or empty.");
  if (container.cpu && *container.cpu < 0) return bad(container, "'cpu' must not be negative.");
  if (auto checked = check_memory(request, container); !checked) return checked;
  if (auto checked = check_ports(request, container); !checked) return checked;
  if (auto checked = check_mounts(request, container); !checked) return checked;
  if (auto checked = check_health(container); !checked) return checked;
  return check_details(container);
}

}  // namespace berth::domain
