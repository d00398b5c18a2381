#include <fmt/format.h>

#include <set>

#include "domain/names.h"
#include "domain/resources.h"
#include "domain/task_definition.h"
#include "model/ecs/codec.h"

namespace berth::domain {
namespace {

using model::ecs::RegisterTaskDefinitionRequest;

Result<void> check_volumes(const RegisterTaskDefinitionRequest& request) {
  std::set<std::string> seen;
  if (!request.volumes) return {};
  for (const auto& volume : *request.volumes) {
    const std::string name = volume.name.value_or("");
    if (!is_name(name))
      return invalid(
          fmt::format("Volume name '{}' is invalid: up to 255 letters (uppercase and lowercase), numbers, "
                      "underscores, and hyphens "
                      "are allowed.",
                      name));
    if (!seen.insert(name).second) return invalid(fmt::format("Duplicate volume name '{}'.", name));
    const int kinds = (volume.host && volume.host->source_path ? 1 : 0) +
                      (volume.docker_volume_configuration ? 1 : 0) +
                      (volume.efs_volume_configuration ? 1 : 0) +
                      (volume.fsx_windows_file_server_volume_configuration ? 1 : 0);
    if (kinds > 1) return invalid(fmt::format("Volume '{}' may have only one kind of configuration.", name));
    const auto& docker = volume.docker_volume_configuration;
    if (docker && docker->autoprovision && docker->scope != model::ecs::Scope::shared)
      return invalid(fmt::format("Volume '{}': autoprovision is only allowed with scope 'shared'.", name));
  }
  return {};
}

Result<void> check_sizes(const RegisterTaskDefinitionRequest& request) {
  if (request.cpu && !request.cpu->empty()) {
    auto cpu = parse_task_cpu(*request.cpu);
    if (!cpu) return cpu.error();
    if (*cpu < 128 || *cpu > 196'608)
      return invalid(fmt::format(
          "Invalid 'cpu' setting for task: {}. It must be between 128 and 196608 CPU units.", *request.cpu));
    std::int64_t sum = 0;
    for (const auto& container : request.container_definitions) sum += container.cpu.value_or(0);
    if (sum > *cpu) return invalid("The total cpu of the containers is greater than the cpu of the task.");
  }
  if (request.memory && !request.memory->empty()) {
    auto memory = parse_task_memory(*request.memory);
    if (!memory) return memory.error();
    if (*memory < 4) return invalid("Invalid 'memory' setting for task: it must be at least 4 MiB.");
    for (const auto& container : request.container_definitions)
      if (container.memory && *container.memory > *memory)
        return invalid(
            fmt::format("Invalid 'memory' setting for container '{}': it is greater than the task's memory.",
                        container.name.value_or("")));
  }
  return {};
}

Result<void> check_task_constraints(const RegisterTaskDefinitionRequest& request) {
  if (!request.placement_constraints) return {};
  if (request.placement_constraints->size() > 10)
    return invalid("Too many placement constraints: at most 10 are allowed.");
  for (const auto& constraint : *request.placement_constraints) {
    if (!constraint.type) return invalid("A placement constraint must have a type.");
    if (constraint.expression.value_or("").empty())
      return invalid("A placement constraint of type 'memberOf' must have an expression.");
  }
  return {};
}

Result<void> check_bytes(const RegisterTaskDefinitionRequest& request, const Limits& limits) {
  const std::string text = model::encode_json(request);
  if (text.size() > static_cast<std::size_t>(limits.task_definition_bytes))
    return invalid(fmt::format("Actual length: '{}'. Max allowed length is '{}' bytes.", text.size(),
                               limits.task_definition_bytes));
  return {};
}

}  // namespace

Result<void> check_task_definition(const RegisterTaskDefinitionRequest& request, const Limits& limits) {
  if (request.family.empty()) return invalid("Family should not be null or empty.");
  if (!is_name(request.family))
    return invalid(
        fmt::format("Family '{}' is invalid: up to 255 letters (uppercase and lowercase), numbers, "
                    "underscores, and hyphens are "
                    "allowed.",
                    request.family));
  if (request.container_definitions.empty()) return invalid("Container list cannot be empty.");
  if (request.container_definitions.size() > static_cast<std::size_t>(limits.containers_per_task_definition))
    return invalid(fmt::format("Too many containers: a task definition may have at most {}, {} were given.",
                               limits.containers_per_task_definition, request.container_definitions.size()));
  if (auto checked = check_bytes(request, limits); !checked) return checked;
  if (auto checked = check_volumes(request); !checked) return checked;
  if (auto checked = check_fargate(request); !checked) return checked;
  std::set<std::string> names;
  bool essential = false;
  for (const auto& container : request.container_definitions) {
    if (auto checked = check_container(request, container); !checked) return checked;
    if (!names.insert(*container.name).second)
      return invalid(
          fmt::format("Container names must be unique: '{}' is used more than once.", *container.name));
    essential = essential || container.essential.value_or(true);
  }
  if (!essential) return invalid("Task definition must have at least one essential container.");
  if (auto checked = check_container_relations(request); !checked) return checked;
  if (auto checked = check_sizes(request); !checked) return checked;
  if (auto checked = check_task_constraints(request); !checked) return checked;
  if (request.tags) {
    auto checked = check_tags(*request.tags, static_cast<std::size_t>(limits.tags_per_resource));
    if (!checked) return checked;
  }
  return {};
}

}  // namespace berth::domain
