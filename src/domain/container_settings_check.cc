#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"
#include "domain/task_definition.h"
#include "domain/text_bounds.h"

// What one container says of itself, apart from its name, size, ports and logs.
namespace berth::domain {
namespace {

using model::ecs::ContainerDefinition;
using model::ecs::IpcMode;
using model::ecs::NetworkMode;
using model::ecs::RegisterTaskDefinitionRequest;

bool outside(const std::optional<std::int32_t>& value, int low, int high) {
  return value && (*value < low || *value > high);
}

Result<void> check_health(const ContainerDefinition& container) {
  if (!container.health_check) return {};
  const auto& health = *container.health_check;
  // Another first word than these two is the program itself, as ECS takes it.
  const bool keyword =
      !health.command.empty() && (health.command[0] == "CMD" || health.command[0] == "CMD-SHELL");
  if (health.command.size() < (keyword ? 2U : 1U) || health.command[0].empty())
    return invalid_setting(container, "The health check's command must not be empty.");
  if (outside(health.interval, 5, 300))
    return invalid_setting(container, "The health check's interval must be 5 to 300 seconds.");
  if (outside(health.timeout, 2, 120))
    return invalid_setting(container, "The health check's timeout must be 2 to 120 seconds.");
  if (outside(health.retries, 1, 10))
    return invalid_setting(container, "The health check's retries must be 1 to 10.");
  if (outside(health.start_period, 0, 300))
    return invalid_setting(container, "The health check's startPeriod must be 0 to 300 seconds.");
  return {};
}

// A variable without a value is left out when the definition is stored, as ECS does.
Result<void> check_environment(const ContainerDefinition& container) {
  std::set<std::string> names;
  if (container.environment)
    for (const auto& pair : *container.environment) {
      const std::string name = pair.name.value_or("");
      if (name.find_first_not_of(' ') == std::string::npos)
        return invalid("Environment variable name cannot be null or blank.");
      if (pair.value) names.insert(name);
    }
  if (!container.secrets) return {};
  for (const auto& secret : *container.secrets) {
    if (secret.name.empty()) return invalid_setting(container, "A secret must have a name.");
    if (secret.value_from.empty())
      return invalid_setting(container, fmt::format("The secret '{}' must have a valueFrom.", secret.name));
    if (!names.insert(secret.name).second)
      return invalid(
          fmt::format("The secret name must be unique and not shared with any new or existing "
                      "environment variables set on the container, such as '{}'.",
                      secret.name));
  }
  return {};
}

Result<void> check_environment_files(const ContainerDefinition& container) {
  if (!container.environment_files) return {};
  for (const auto& file : *container.environment_files)
    if (!file.value.ends_with(".env"))
      return invalid_setting(
          container, fmt::format("The environment file '{}' must have the extension .env.", file.value));
  return {};
}

Result<void> check_limits(const ContainerDefinition& container) {
  if (container.ulimits)
    for (const auto& limit : *container.ulimits)
      if (limit.soft_limit > limit.hard_limit && limit.hard_limit >= 0)
        return invalid_setting(container,
                               fmt::format("The soft limit of ulimit '{}' is greater than its hard limit.",
                                           to_string(limit.name)));
  if (container.stop_timeout && *container.stop_timeout < 0)
    return invalid_setting(container, "'stopTimeout' must not be negative.");
  if (container.start_timeout && *container.start_timeout < 0)
    return invalid_setting(container, "'startTimeout' must not be negative.");
  if (!container.restart_policy) return {};
  const auto& policy = *container.restart_policy;
  if (outside(policy.restart_attempt_period, 60, 1800))
    return invalid_setting(container, "'restartAttemptPeriod' must be 60 to 1800 seconds.");
  if (policy.ignored_exit_codes && policy.ignored_exit_codes->size() > 50)
    return invalid_setting(container, "At most 50 'ignoredExitCodes' are allowed.");
  return {};
}

bool is_address(const std::string& text) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, text.c_str(), bytes) == 1 || inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

// `host-gateway` is Docker's word for the host as containers see it.
Result<void> check_extra_hosts(const ContainerDefinition& container) {
  if (!container.extra_hosts) return {};
  for (const auto& host : *container.extra_hosts) {
    if (host.hostname.empty()) return invalid_setting(container, "extraHosts: each must have a hostname.");
    if (!is_address(host.ip_address) && host.ip_address != "host-gateway")
      return invalid_setting(container,
                             fmt::format("extraHosts: the ipAddress '{}' of '{}' is no IP address.",
                                         cut_middle(host.ip_address, kShownBytesMax),
                                         cut_middle(host.hostname, kShownBytesMax)));
  }
  return {};
}

// API: ResourceRequirement.
Result<void> check_resources(const RegisterTaskDefinitionRequest& request,
                             const ContainerDefinition& container) {
  if (!container.resource_requirements) return {};
  for (const auto& wanted : *container.resource_requirements) {
    const std::string shown = cut_middle(wanted.value, kShownBytesMax);
    if (wanted.type == model::ecs::ResourceType::gpu) {
      int count = 0;
      const auto* end = wanted.value.data() + wanted.value.size();
      const auto [at, error] = std::from_chars(wanted.value.data(), end, count);
      if (error != std::errc() || at != end || count < 1)
        return invalid_setting(
            container,
            fmt::format("resourceRequirements: the value '{}' of GPU must be a number of GPUs.", shown));
      continue;
    }
    const bool known = request.inference_accelerators &&
                       std::ranges::any_of(*request.inference_accelerators, [&](const auto& accelerator) {
                         return accelerator.device_name == wanted.value;
                       });
    if (!known)
      return invalid_setting(
          container, fmt::format("resourceRequirements: the value '{}' of InferenceAccelerator must be a "
                                 "deviceName of inferenceAccelerators.",
                                 shown));
  }
  return {};
}

bool is_of_ipc_namespace(std::string_view name) {
  return name.starts_with("kernel.msg") || name.starts_with("kernel.sem") || name.starts_with("kernel.shm") ||
         name.starts_with("fs.mqueue.");
}

// API: SystemControl. What belongs to a namespace of the host is not a container's to set.
Result<void> check_system_controls(const RegisterTaskDefinitionRequest& request,
                                   const ContainerDefinition& container) {
  if (!container.system_controls) return {};
  for (const auto& control : *container.system_controls) {
    const std::string name = control.namespace_.value_or("");
    if (request.network_mode == NetworkMode::host && name.starts_with("net."))
      return invalid_setting(
          container, fmt::format("The system control '{}' is not allowed when networkMode is 'host'.", name));
    if (request.ipc_mode == IpcMode::host && is_of_ipc_namespace(name))
      return invalid_setting(
          container, fmt::format("The system control '{}' is not allowed when ipcMode is 'host'.", name));
  }
  return {};
}

Result<void> check_awsvpc(const RegisterTaskDefinitionRequest& request,
                          const ContainerDefinition& container) {
  if (request.network_mode != NetworkMode::awsvpc) return {};
  if (!container.hostname.value_or("").empty())
    return invalid_setting(container, "'hostname' is not supported when networkMode=awsvpc.");
  if (container.extra_hosts && !container.extra_hosts->empty())
    return invalid_setting(container, "'extraHosts' is not supported when networkMode=awsvpc.");
  return {};
}

}  // namespace

Result<void> check_container_settings(const RegisterTaskDefinitionRequest& request,
                                      const ContainerDefinition& container) {
  if (auto checked = check_health(container); !checked) return checked;
  if (auto checked = check_environment(container); !checked) return checked;
  if (auto checked = check_environment_files(container); !checked) return checked;
  if (auto checked = check_limits(container); !checked) return checked;
  if (auto checked = check_linux_parameters(container); !checked) return checked;
  if (auto checked = check_extra_hosts(container); !checked) return checked;
  if (auto checked = check_resources(request, container); !checked) return checked;
  if (auto checked = check_system_controls(request, container); !checked) return checked;
  return check_awsvpc(request, container);
}

}  // namespace berth::domain
