#include <fmt/format.h>

#include <algorithm>
#include <charconv>

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
constexpr std::size_t kImageCharactersMax = 255;
constexpr std::size_t kPortNameCharactersMax = 64;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_image_character(char c) {
  return is_letter_or_digit(c) || std::string_view("-_:./#@+").find(c) != std::string_view::npos;
}

Result<void> check_name_and_image(const ContainerDefinition& container, const Limits& limits) {
  const std::string name = container.name.value_or("");
  const auto characters_max = static_cast<std::size_t>(limits.name_characters);
  if (name.empty()) return invalid("Container.name should not be null or empty.");
  if (name.size() > characters_max)
    return invalid(fmt::format("Container.name longer than {}.", characters_max));
  if (!is_name(name, characters_max)) return invalid("Container.name contains invalid characters.");
  const std::string image = container.image.value_or("");
  if (image.empty()) return invalid("Container.image should not be null or empty.");
  if (image.size() > kImageCharactersMax)
    return invalid(fmt::format("Container.image longer than {}.", kImageCharactersMax));
  if (!std::all_of(image.begin(), image.end(), is_image_character))
    return invalid("Container.image contains invalid characters.");
  return {};
}

Result<void> check_memory(const RegisterTaskDefinitionRequest& request,
                          const ContainerDefinition& container) {
  if (!container.memory && !container.memory_reservation) {
    if (request.memory) return {};
    return invalid_setting(container, "At least one of 'memory' or 'memoryReservation' must be specified.");
  }
  if (container.memory && *container.memory < kMemoryMiBMin)
    return invalid_setting(container, fmt::format("'memory' must be at least {} MiB.", kMemoryMiBMin));
  if (container.memory_reservation && *container.memory_reservation < kMemoryMiBMin)
    return invalid_setting(container,
                           fmt::format("'memoryReservation' must be at least {} MiB.", kMemoryMiBMin));
  if (container.memory && container.memory_reservation && *container.memory < *container.memory_reservation)
    return invalid_setting(container, "'memory' must not be less than 'memoryReservation'.");
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

Result<void> check_port_range(const RegisterTaskDefinitionRequest& request,
                              const ContainerDefinition& container, const PortMapping& mapping) {
  if (mapping.container_port || mapping.host_port)
    return invalid_setting(container, "'containerPortRange' excludes 'containerPort' and 'hostPort'.");
  if (request.network_mode == NetworkMode::host)
    return invalid_setting(container, "'containerPortRange' needs networkMode 'bridge' or 'awsvpc'.");
  if (!parse_range(*mapping.container_port_range))
    return invalid_setting(container, fmt::format("'containerPortRange' '{}' must be like '8000-8010'.",
                                                  *mapping.container_port_range));
  return {};
}

// API: lower case letters, digits, hyphens and underscores; not a hyphen first.
Result<void> check_port_name(const ContainerDefinition& container, const PortMapping& mapping) {
  const std::string name = mapping.name.value_or("");
  const bool characters = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (characters && name.size() <= kPortNameCharactersMax && !name.starts_with('-')) return {};
  return invalid_setting(container, fmt::format("The port mapping name '{}' must have up to {} lower case "
                                                "letters, numbers, underscores and hyphens, and must not "
                                                "begin with a hyphen.",
                                                name, kPortNameCharactersMax));
}

Error invalid_port(const ContainerDefinition& container, std::string_view what) {
  return invalid(fmt::format("Invalid 'containerPort' setting for container '{}'. {}",
                             container.name.value_or(""), what));
}

Result<void> check_port(const RegisterTaskDefinitionRequest& request, const ContainerDefinition& container,
                        const PortMapping& mapping) {
  if (auto checked = check_port_name(container, mapping); !checked) return checked;
  if (mapping.container_port_range) return check_port_range(request, container, mapping);
  if (!mapping.container_port) return invalid_port(container, "Each port mapping must have one.");
  const auto port = *mapping.container_port;
  if (port < 1 || port > 65535)
    return invalid_port(container, fmt::format("It must be between 1 and 65535, not {}.", port));
  const auto host = mapping.host_port.value_or(0);
  if (host < 0 || host > 65535)
    return invalid_setting(container, fmt::format("'hostPort' {} must be between 0 and 65535.", host));
  const bool same = request.network_mode == NetworkMode::awsvpc || request.network_mode == NetworkMode::host;
  if (same && host != 0 && host != port)
    return invalid(
        fmt::format("When networkMode={}, the host ports and container ports in port mappings must match.",
                    to_string(*request.network_mode)));
  return {};
}

Result<void> check_ports(const RegisterTaskDefinitionRequest& request, const ContainerDefinition& container) {
  if (!container.port_mappings || container.port_mappings->empty()) return {};
  if (request.network_mode == NetworkMode::none)
    return invalid_setting(container, "Port mappings are not allowed when networkMode is 'none'.");
  for (const auto& mapping : *container.port_mappings)
    if (auto checked = check_port(request, container, mapping); !checked) return checked;
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
      return invalid_setting(container,
                             fmt::format("The mount point of volume '{}' must have a containerPath.", name));
  }
  return {};
}

}  // namespace

Error invalid_setting(const ContainerDefinition& container, std::string_view what) {
  return invalid(fmt::format("Invalid setting for container '{}'. {}", container.name.value_or(""), what));
}

bool is_ecr_image(std::string_view image) {
  const auto host = image.substr(0, image.find('/'));
  return host.size() < image.size() && host.find(".dkr.ecr") != std::string_view::npos &&
         host.find(".amazonaws.com") != std::string_view::npos;
}

Result<void> check_container(const RegisterTaskDefinitionRequest& request,
                             const ContainerDefinition& container, const Limits& limits) {
  if (auto checked = check_name_and_image(container, limits); !checked) return checked;
  if (container.cpu && *container.cpu < 0) return invalid_setting(container, "'cpu' must not be negative.");
  if (auto checked = check_memory(request, container); !checked) return checked;
  if (auto checked = check_ports(request, container); !checked) return checked;
  if (auto checked = check_mounts(request, container); !checked) return checked;
  if (auto checked = check_container_settings(request, container); !checked) return checked;
  return check_log_configuration(request, container);
}

}  // namespace berth::domain
