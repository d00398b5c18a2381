#include <algorithm>
#include <set>

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
  const bool asks =
      request.requires_compatibilities &&
      std::find(request.requires_compatibilities->begin(), request.requires_compatibilities->end(),
                Compatibility::fargate) != request.requires_compatibilities->end();
  if (asks || (request.network_mode == NetworkMode::awsvpc && request.cpu && request.memory))
    list.push_back(Compatibility::fargate);
  return list;
}

void add_container_attributes(const ContainerDefinition& container, std::set<std::string>& names) {
  const std::string docker = "com.amazonaws.ecs.capability.docker-remote-api.1.";
  const std::string ecs = "ecs.capability.";
  if (container.privileged.value_or(false)) names.insert("com.amazonaws.ecs.capability.privileged-container");
  if (container.log_configuration) {
    names.insert(docker + "18");
    names.insert("com.amazonaws.ecs.capability.logging-driver." +
                 std::string(to_string(container.log_configuration->log_driver)));
  }
  if (container.docker_labels && !container.docker_labels->empty()) names.insert(docker + "18");
  if (container.ulimits && !container.ulimits->empty()) names.insert(docker + "18");
  if (container.memory_reservation) names.insert(docker + "21");
  if (container.health_check) {
    names.insert(docker + "24");
    names.insert(ecs + "container-health-check");
  }
  if (container.linux_parameters) {
    names.insert(docker + "22");
    if (container.linux_parameters->init_process_enabled.value_or(false)) names.insert(docker + "25");
  }
  if (container.depends_on && !container.depends_on->empty()) names.insert(ecs + "container-ordering");
  if (container.start_timeout || container.stop_timeout) names.insert(ecs + "container-ordering");
  if (container.environment_files && !container.environment_files->empty())
    names.insert(ecs + "env-files.s3");
  if (container.repository_credentials) names.insert(ecs + "private-registry-authentication.secretsmanager");
  if (container.secrets && !container.secrets->empty()) {
    const bool manager = std::any_of(
        container.secrets->begin(), container.secrets->end(),
        [](const auto& secret) { return secret.value_from.find(":secretsmanager:") != std::string::npos; });
    names.insert(ecs + (manager ? "secrets.asm.environment-variables" : "secrets.ssm.environment-variables"));
  }
  if (container.port_mappings)
    for (const auto& mapping : *container.port_mappings)
      if (mapping.container_port_range) names.insert(ecs + "network.container-port-range");
}

}  // namespace

TaskDefinition normalise_task_definition(const RegisterTaskDefinitionRequest& request) {
  TaskDefinition definition;
  definition.family = request.family;
  definition.container_definitions = request.container_definitions;
  for (auto& container : *definition.container_definitions)
    normalise_container(container, request.network_mode);
  definition.task_role_arn = request.task_role_arn;
  definition.execution_role_arn = request.execution_role_arn;
  definition.network_mode = request.network_mode;
  definition.volumes = request.volumes;
  default_empty(definition.volumes);
  definition.placement_constraints = request.placement_constraints;
  default_empty(definition.placement_constraints);
  definition.requires_compatibilities = request.requires_compatibilities;
  if (request.cpu && !request.cpu->empty()) definition.cpu = request.cpu;
  if (request.memory && !request.memory->empty()) definition.memory = request.memory;
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

std::vector<std::string> required_attributes(const TaskDefinition& definition) {
  std::set<std::string> names;
  for (const auto& container : *definition.container_definitions) add_container_attributes(container, names);
  if (definition.task_role_arn && !definition.task_role_arn->empty())
    names.insert("com.amazonaws.ecs.capability.task-iam-role");
  if (definition.cpu || definition.memory) names.insert("ecs.capability.task-cpu-mem-limit");
  if (definition.pid_mode || definition.ipc_mode) names.insert("ecs.capability.pid-ipc-namespace-sharing");
  if (definition.network_mode == NetworkMode::awsvpc) names.insert("ecs.capability.task-eni");
  if (definition.volumes)
    for (const auto& volume : *definition.volumes)
      if (volume.docker_volume_configuration)
        names.insert("ecs.capability.docker-plugin." +
                     volume.docker_volume_configuration->driver.value_or("local"));
  return {names.begin(), names.end()};
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
