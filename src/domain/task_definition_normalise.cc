#include <algorithm>

#include "domain/resources.h"
#include "domain/task_definition.h"

namespace berth::domain {
namespace {

using model::ecs::Compatibility;
using model::ecs::ContainerDefinition;
using model::ecs::NetworkMode;
using model::ecs::RegisterTaskDefinitionRequest;
using model::ecs::TaskDefinition;

template <class List>
void default_empty(std::optional<List>& list) {
  if (!list) list.emplace();
}

void normalise_container(ContainerDefinition& container, std::optional<NetworkMode> mode) {
  if (!container.cpu) container.cpu = 0;
  if (!container.essential) container.essential = true;
  default_empty(container.port_mappings);
  default_empty(container.environment);
  default_empty(container.mount_points);
  default_empty(container.volumes_from);
  default_empty(container.system_controls);
  // ECS drops a variable that has no value; an empty value is one.
  std::erase_if(*container.environment, [](const auto& pair) { return !pair.value; });
  // An empty list of these means the same as none, and is not echoed.
  if (container.links && container.links->empty()) container.links.reset();
  for (auto& mapping : *container.port_mappings) {
    if (!mapping.protocol) mapping.protocol = model::ecs::TransportProtocol::tcp;
    if (mapping.container_port_range) continue;
    const bool same = mode == NetworkMode::host || mode == NetworkMode::awsvpc;
    if (!mapping.host_port || (same && *mapping.host_port == 0))
      mapping.host_port = same ? mapping.container_port.value_or(0) : 0;
  }
  if (container.health_check) {
    auto& health = *container.health_check;
    if (!health.interval) health.interval = 30;
    if (!health.timeout) health.timeout = 5;
    if (!health.retries) health.retries = 3;
  }
}

std::vector<Compatibility> compatibilities(const RegisterTaskDefinitionRequest& request) {
  std::vector<Compatibility> list;
  if (request.network_mode != NetworkMode::awsvpc) list.push_back(Compatibility::external);
  list.push_back(Compatibility::ec2);
  const bool asks = requires_compatibility(request, Compatibility::fargate);
  if (asks || (request.network_mode == NetworkMode::awsvpc && request.cpu && request.memory))
    list.push_back(Compatibility::fargate);
  return list;
}

void normalise_volume(model::ecs::Volume& volume) {
  if (!volume.efs_volume_configuration) return;
  auto& root = volume.efs_volume_configuration->root_directory;
  if (root.value_or("").empty()) root = "/";
}

std::optional<std::string> filled(const std::optional<std::string>& text) {
  return text && !text->empty() ? text : std::nullopt;
}

// "0.5 vCPU" and "1 GB" come back as units and MiB, as at ECS.
std::optional<std::string> integer_text(const std::optional<std::string>& size,
                                        Result<std::int64_t> (*parse)(std::string_view)) {
  if (!size) return std::nullopt;
  const auto parsed = parse(*size);
  return parsed ? std::to_string(*parsed) : *size;
}

}  // namespace

TaskDefinition normalise_task_definition(const RegisterTaskDefinitionRequest& request) {
  TaskDefinition definition;
  definition.family = request.family;
  definition.container_definitions = request.container_definitions;
  for (auto& container : *definition.container_definitions)
    normalise_container(container, request.network_mode);
  definition.task_role_arn = filled(request.task_role_arn);
  definition.execution_role_arn = filled(request.execution_role_arn);
  definition.network_mode = request.network_mode;
  definition.volumes = request.volumes;
  default_empty(definition.volumes);
  for (auto& volume : *definition.volumes) normalise_volume(volume);
  definition.placement_constraints = request.placement_constraints;
  default_empty(definition.placement_constraints);
  definition.requires_compatibilities = request.requires_compatibilities;
  definition.cpu = integer_text(request.cpu, parse_task_cpu);
  definition.memory = integer_text(request.memory, parse_task_memory);
  definition.pid_mode = request.pid_mode;
  definition.ipc_mode = request.ipc_mode;
  definition.proxy_configuration = request.proxy_configuration;
  definition.inference_accelerators = request.inference_accelerators;
  definition.ephemeral_storage = request.ephemeral_storage;
  definition.runtime_platform = request.runtime_platform;
  definition.enable_fault_injection = request.enable_fault_injection;
  definition.compatibilities = compatibilities(request);
  definition.requires_attributes.emplace();
  for (auto& name : required_attributes(definition)) {
    model::ecs::Attribute attribute;
    attribute.name = std::move(name);
    definition.requires_attributes->push_back(std::move(attribute));
  }
  return definition;
}

std::string why_not_runnable(const TaskDefinition& definition) {
  if (definition.network_mode == NetworkMode::awsvpc)
    return "networkMode 'awsvpc' cannot be honoured on a plain host yet: use 'bridge', 'host' or 'none'";
  if (definition.proxy_configuration) return "'proxyConfiguration' cannot be honoured on a plain host";
  if (definition.inference_accelerators && !definition.inference_accelerators->empty())
    return "'inferenceAccelerators' cannot be honoured on a plain host";
  if (definition.volumes) {
    for (const auto& volume : *definition.volumes) {
      if (volume.efs_volume_configuration)
        return "EFS volumes cannot be honoured on a plain host: use a Docker volume";
      if (volume.fsx_windows_file_server_volume_configuration)
        return "FSx volumes cannot be honoured on a plain host";
      if (volume.s3files_volume_configuration) return "S3 volumes cannot be honoured on a plain host";
      if (volume.configured_at_launch.value_or(false))
        return "EBS volumes cannot be honoured on a plain host";
    }
  }
  for (const auto& container : *definition.container_definitions) {
    if (container.resource_requirements && !container.resource_requirements->empty())
      return "'resourceRequirements' (GPU) cannot be honoured on a plain host yet";
    if (container.firelens_configuration)
      return "'firelensConfiguration' cannot be honoured on a plain host yet";
    if (container.credential_specs && !container.credential_specs->empty())
      return "'credentialSpecs' cannot be honoured on a plain host";
  }
  return {};
}

}  // namespace berth::domain
