#include "gateway/acs/translate_task.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "domain/arns.h"
#include "gateway/acs/translate_container.h"

namespace berth::gateway::acs {
namespace {

using domain::TaskRecord;
using model::acs::Container;
using model::acs::Volume;
using model::acs::VolumeType;

constexpr double kCpuUnitsPerVcpu = 1024;
constexpr double kMemoryMibMax = 1 << 30;

// A number with an optional unit after blanks; the unit in lower case.
struct Quantity {
  double number = 0;
  std::string unit;
};

std::optional<Quantity> parse_quantity(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return std::nullopt;
  text.remove_prefix(first);
  Quantity quantity;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quantity.number);
  if (error != std::errc() || !std::isfinite(quantity.number) || quantity.number < 0) return std::nullopt;
  for (const char* at = end; at != text.data() + text.size(); ++at)
    if (*at != ' ') quantity.unit += static_cast<char>(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
  return quantity;
}

model::acs::DockerVolumeConfiguration docker_volume(const model::ecs::DockerVolumeConfiguration& from) {
  model::acs::DockerVolumeConfiguration to;
  if (from.scope) to.scope = model::acs::parse_scope(to_string(*from.scope));
  to.autoprovision = from.autoprovision;
  to.driver = from.driver;
  to.driver_opts = from.driver_opts;
  to.labels = from.labels;
  return to;
}

model::acs::EFSVolumeConfiguration efs_volume(const model::ecs::EFSVolumeConfiguration& from) {
  model::acs::EFSVolumeConfiguration to;
  to.file_system_id = from.file_system_id;
  to.root_directory = from.root_directory;
  if (from.transit_encryption)
    to.transit_encryption = model::acs::parse_efs_transit_encryption(to_string(*from.transit_encryption));
  to.transit_encryption_port = from.transit_encryption_port;
  if (from.authorization_config) {
    auto& config = to.authorization_config.emplace();
    config.access_point_id = from.authorization_config->access_point_id;
    if (from.authorization_config->iam)
      config.iam = model::acs::parse_efs_authorization_config_iam(to_string(*from.authorization_config->iam));
  }
  return to;
}

Volume translate_volume(const model::ecs::Volume& from) {
  Volume to;
  to.name = from.name;
  // Agents of 2015 refuse a task whose volume has no `host`, even an empty one.
  to.host.emplace();
  if (from.host) to.host->source_path = from.host->source_path;
  if (from.docker_volume_configuration) {
    to.type = VolumeType::docker;
    to.docker_volume_configuration = docker_volume(*from.docker_volume_configuration);
  } else if (from.efs_volume_configuration) {
    to.type = VolumeType::efs;
    to.efs_volume_configuration = efs_volume(*from.efs_volume_configuration);
  }
  return to;
}

void add_definition(model::acs::Task& to, const TaskRecord& task,
                    const model::ecs::TaskDefinition& definition) {
  if (definition.volumes)
    for (const auto& volume : *definition.volumes) to.volumes->push_back(translate_volume(volume));
  if (definition.container_definitions)
    for (const auto& container : *definition.container_definitions)
      to.containers->push_back(translate_container(task, definition, container));
  if (definition.pid_mode) to.pid_mode = to_string(*definition.pid_mode);
  if (definition.ipc_mode) to.ipc_mode = to_string(*definition.ipc_mode);
  if (definition.network_mode) to.network_mode = to_string(*definition.network_mode);
}

void add_bare_containers(model::acs::Task& to, const TaskRecord& task) {
  for (const auto& container : task.containers) {
    Container bare;
    bare.name = container.name;
    bare.image = container.image.value_or("");
    bare.essential = container.essential;
    bare.overrides = "{}";
    bare.container_arn = domain::container_arn(task.arn, container.id);
    to.containers->push_back(std::move(bare));
  }
}

// Only a size that somebody asked for is a limit: the record always has one, else the sum of its containers.
void add_task_size(model::acs::Task& to, const TaskRecord& task,
                   const model::ecs::TaskDefinition& definition) {
  const bool cpu = definition.cpu || (task.overrides && (*task.overrides)->cpu);
  const bool memory = definition.memory || (task.overrides && (*task.overrides)->memory);
  if (cpu && task.task_cpu) to.cpu = parse_vcpus(*task.task_cpu);
  if (memory && task.task_memory) to.memory = parse_mebibytes(*task.task_memory);
}

}  // namespace

std::optional<double> parse_vcpus(std::string_view text) {
  const auto quantity = parse_quantity(text);
  if (!quantity) return std::nullopt;
  if (quantity->unit.empty()) return quantity->number / kCpuUnitsPerVcpu;
  if (quantity->unit == "vcpu") return quantity->number;
  return std::nullopt;
}

std::optional<std::int32_t> parse_mebibytes(std::string_view text) {
  const auto quantity = parse_quantity(text);
  if (!quantity) return std::nullopt;
  double mebibytes = quantity->number;
  if (quantity->unit == "gb")
    mebibytes *= 1024;
  else if (!quantity->unit.empty() && quantity->unit != "mb")
    return std::nullopt;
  if (mebibytes > kMemoryMibMax) return std::nullopt;
  return static_cast<std::int32_t>(mebibytes);
}

model::acs::Task translate_task(const TaskRecord& task, const domain::TaskDefinitionRecord* definition,
                                bool stop) {
  model::acs::Task to;
  to.arn = task.arn;
  to.task_cluster_arn = domain::cluster_arn({task.account, task.region}, task.cluster);
  to.family = task.family;
  to.version = std::to_string(task.revision);
  to.desired_status = stop ? "STOPPED" : "RUNNING";
  to.overrides = "{}";
  to.task_definition_account_id = task.account;
  to.zone = task.availability_zone;
  to.launch_type = to_string(task.launch_type);
  to.service_name = task.service_name;
  to.group = task.group;
  if (definition) add_task_size(to, task, definition->definition);
  to.containers.emplace();
  to.volumes.emplace();
  if (definition)
    add_definition(to, task, definition->definition);
  else
    add_bare_containers(to, task);
  return to;
}

}  // namespace berth::gateway::acs
