#include "gateway/acs/translate_container.h"

#include <string>

#include "base/arn.h"
#include "domain/arns.h"
#include "gateway/acs/docker_config.h"

namespace berth::gateway::acs {
namespace {

using model::acs::Container;
using model::acs::SecretTarget;
using model::ecs::ContainerDefinition;
using model::ecs::ContainerOverride;

const ContainerOverride* find_override(const domain::TaskRecord& task, const std::string& name) {
  if (!task.overrides || !(*task.overrides)->container_overrides) return nullptr;
  for (const auto& candidate : *(*task.overrides)->container_overrides)
    if (candidate.name == name) return &candidate;
  return nullptr;
}

void merge_environment(std::map<std::string, std::string>& into,
                       const std::optional<std::vector<model::ecs::KeyValuePair>>& from) {
  if (!from) return;
  for (const auto& pair : *from)
    if (pair.name) into[*pair.name] = pair.value.value_or("");
}

void add_environment_files(Container& to,
                           const std::optional<std::vector<model::ecs::EnvironmentFile>>& from) {
  if (!from || from->empty()) return;
  auto& files = to.environment_files.emplace();
  for (const auto& file : *from)
    files.push_back({file.value, model::acs::parse_environment_file_type(to_string(file.type))});
}

// A secret's ARN says where it lives; a bare name is a parameter of the task's own region.
model::acs::Secret translate_secret(const model::ecs::Secret& from, const std::string& region,
                                    SecretTarget target) {
  model::acs::Secret to;
  to.name = from.name;
  to.value_from = from.value_from;
  to.region = region;
  to.provider = model::acs::SecretProvider::ssm;
  if (const auto arn = parse_arn(from.value_from)) {
    if (!arn->region.empty()) to.region = arn->region;
    if (arn->service == "secretsmanager") to.provider = model::acs::SecretProvider::asm_;
  }
  to.type = model::acs::SecretType::environment_variable;
  to.target = target;
  return to;
}

void add_secrets(Container& to, const ContainerDefinition& from, const std::string& region) {
  std::vector<model::acs::Secret> secrets;
  if (from.secrets)
    for (const auto& secret : *from.secrets)
      secrets.push_back(translate_secret(secret, region, SecretTarget::container));
  if (from.log_configuration && from.log_configuration->secret_options)
    for (const auto& secret : *from.log_configuration->secret_options)
      secrets.push_back(translate_secret(secret, region, SecretTarget::log_driver));
  if (!secrets.empty()) to.secrets = std::move(secrets);
  if (!from.repository_credentials) return;
  auto& data = to.registry_authentication.emplace();
  data.type = model::acs::AuthenticationType::asm_;
  auto& asm_data = data.asm_auth_data.emplace();
  asm_data.credentials_parameter = from.repository_credentials->credentials_parameter;
  asm_data.region = region;
  if (const auto arn = parse_arn(*asm_data.credentials_parameter); arn && !arn->region.empty())
    asm_data.region = arn->region;
}

void add_ports(Container& to, const ContainerDefinition& from) {
  auto& ports = to.port_mappings.emplace();
  if (!from.port_mappings) return;
  for (const auto& mapping : *from.port_mappings) {
    model::acs::PortMapping port;
    port.container_port_range = mapping.container_port_range;
    if (!mapping.container_port_range) {
      port.container_port = mapping.container_port;
      port.host_port = mapping.host_port.value_or(0);
    }
    const bool udp = mapping.protocol == model::ecs::TransportProtocol::udp;
    port.protocol = udp ? model::acs::TransportProtocol::udp : model::acs::TransportProtocol::tcp;
    ports.push_back(std::move(port));
  }
}

void add_mounts(Container& to, const ContainerDefinition& from) {
  auto& mounts = to.mount_points.emplace();
  if (from.mount_points)
    for (const auto& mount : *from.mount_points)
      mounts.push_back({mount.source_volume, mount.container_path, mount.read_only.value_or(false)});
  auto& sources = to.volumes_from.emplace();
  if (from.volumes_from)
    for (const auto& source : *from.volumes_from)
      sources.push_back({source.source_container, source.read_only.value_or(false)});
}

void add_order(Container& to, const ContainerDefinition& from) {
  if (from.depends_on && !from.depends_on->empty()) {
    auto& dependencies = to.depends_on.emplace();
    for (const auto& dependency : *from.depends_on)
      dependencies.push_back({dependency.container_name,
                              model::acs::parse_container_condition(to_string(dependency.condition))});
  }
  to.start_timeout = from.start_timeout;
  to.stop_timeout = from.stop_timeout;
  if (from.restart_policy)
    to.restart_policy = {from.restart_policy->enabled, from.restart_policy->ignored_exit_codes,
                         from.restart_policy->restart_attempt_period};
}

void add_linux_parameters(Container& to, const ContainerDefinition& from) {
  to.privileged = from.privileged;
  if (!from.linux_parameters) return;
  auto& parameters = to.linux_parameters.emplace();
  const auto& source = *from.linux_parameters;
  if (source.capabilities) parameters.capabilities = {source.capabilities->add, source.capabilities->drop};
  if (source.devices) {
    auto& devices = parameters.devices.emplace();
    for (const auto& device : *source.devices) {
      model::acs::Device out{device.host_path, device.container_path, std::nullopt};
      if (device.permissions) {
        out.permissions.emplace();
        for (const auto permission : *device.permissions)
          if (const auto same = model::acs::parse_device_cgroup_permission(to_string(permission)))
            out.permissions->push_back(*same);
      }
      devices.push_back(std::move(out));
    }
  }
  parameters.init_process_enabled = source.init_process_enabled;
  parameters.shared_memory_size = source.shared_memory_size;
}

// Agents understand no other key than `command`, and refuse the whole task when they find one.
std::string overrides_text(const ContainerOverride* override_) {
  if (!override_ || !override_->command || override_->command->empty()) return "{}";
  JsonArray command;
  for (const auto& word : *override_->command) command.emplace_back(word);
  return render_json(JsonObject{{"command", std::move(command)}});
}

bool checks_health(const ContainerDefinition& container) {
  if (!container.health_check || container.health_check->command.empty()) return false;
  return container.health_check->command.front() != "NONE";
}

void add_sizes_and_environment(Container& to, const ContainerDefinition& from,
                               const ContainerOverride* override_) {
  to.cpu = from.cpu.value_or(0);
  to.memory = from.memory.value_or(0);
  auto& environment = to.environment.emplace();
  merge_environment(environment, from.environment);
  add_environment_files(to, from.environment_files);
  if (!override_) return;
  if (override_->cpu) to.cpu = override_->cpu;
  if (override_->memory) to.memory = override_->memory;
  merge_environment(environment, override_->environment);
  add_environment_files(to, override_->environment_files);
}

}  // namespace

Container translate_container(const domain::TaskRecord& task, const model::ecs::TaskDefinition& definition,
                              const ContainerDefinition& from) {
  const std::string name = from.name.value_or("");
  const ContainerOverride* override_ = find_override(task, name);
  Container to;
  to.name = name;
  to.image = from.image.value_or("");
  to.essential = from.essential.value_or(true);
  to.command = from.command.value_or(std::vector<std::string>());
  to.entry_point = from.entry_point.value_or(std::vector<std::string>());
  to.links = from.links.value_or(std::vector<std::string>());
  to.overrides = overrides_text(override_);
  add_sizes_and_environment(to, from, override_);
  add_secrets(to, from, task.region);
  add_ports(to, from);
  add_mounts(to, from);
  add_order(to, from);
  add_linux_parameters(to, from);
  if (checks_health(from)) to.health_check_type = model::acs::HealthCheckType::docker;
  to.credential_specs = from.credential_specs;
  if (from.firelens_configuration)
    to.firelens_configuration = {
        model::acs::parse_firelens_configuration_type(to_string(from.firelens_configuration->type)),
        from.firelens_configuration->options};
  auto reservation = from.memory_reservation;
  if (override_ && override_->memory_reservation) reservation = override_->memory_reservation;
  to.docker_config = docker_config({from, definition, to.memory, reservation});
  for (const auto& state : task.containers)
    if (state.name == name) to.container_arn = domain::container_arn(task.arn, state.id);
  return to;
}

}  // namespace berth::gateway::acs
