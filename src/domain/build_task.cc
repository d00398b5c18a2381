#include "domain/build_task.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "domain/sharing.h"

namespace berth::domain {
namespace {

using model::ecs::ContainerDefinition;
using model::ecs::ContainerOverride;
using model::ecs::TaskOverride;

std::string dashed(const std::string& hex) {
  return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' + hex.substr(16, 4) + '-' +
         hex.substr(20);
}

// Of `hex`, 32 digits, the first 12 give way to the time: tasks that are made one after the other lie one
// after the other in every ordered index, in memory and on disk. 80 random bits remain.
std::string time_ordered(std::string hex, WallTime now) {
  return fmt::format(FMT_COMPILE("{:012x}"), static_cast<std::uint64_t>(now.ms) & 0xffff'ffff'ffffU) +
         hex.substr(12);
}

bool defines(const model::ecs::TaskDefinition& definition, const std::string& name) {
  if (!definition.container_definitions) return false;
  return std::any_of(definition.container_definitions->begin(), definition.container_definitions->end(),
                     [&](const ContainerDefinition& container) { return container.name == name; });
}

Result<void> check_container_override(const ContainerOverride& over) {
  if (over.cpu && *over.cpu < 0)
    return invalid(fmt::format("Invalid 'cpu' setting for container '{}'.", *over.name));
  if (over.memory && *over.memory < 4)
    return invalid(
        fmt::format("Invalid 'memory' setting for container '{}': it must be at least 4 MiB.", *over.name));
  if (over.memory_reservation && *over.memory_reservation < 4)
    return invalid(fmt::format(
        "Invalid 'memoryReservation' setting for container '{}': it must be at least 4 MiB.", *over.name));
  if (over.environment)
    for (const auto& pair : *over.environment)
      if (!pair.name || pair.name->empty())
        return invalid("Environment variable name cannot be null or blank.");
  return {};
}

// MiB; absent when neither says how much the task may have.
std::optional<std::int64_t> memory_of_task(const model::ecs::TaskDefinition& definition,
                                           const TaskOverride& overrides) {
  const auto& text = overrides.memory ? overrides.memory : definition.memory;
  if (!text) return std::nullopt;
  const auto parsed = parse_task_memory(*text);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

// One entry a container, as the API answers it even where nothing is overridden.
TaskOverride complete_overrides(const model::ecs::TaskDefinition& definition, const TaskOverride* given) {
  TaskOverride complete = given ? *given : TaskOverride{};
  if (!complete.container_overrides) complete.container_overrides.emplace();
  auto& list = *complete.container_overrides;
  // API: ContainerOverride. One that says nothing may be sent, and is none; so is an empty role.
  std::erase(list, ContainerOverride());
  for (auto& over : list)
    if (over.environment) std::erase_if(*over.environment, [](const auto& pair) { return !pair.value; });
  if (complete.task_role_arn && complete.task_role_arn->empty()) complete.task_role_arn.reset();
  if (complete.execution_role_arn && complete.execution_role_arn->empty())
    complete.execution_role_arn.reset();
  for (const auto& container : *definition.container_definitions) {
    const bool there = std::any_of(
        list.begin(), list.end(), [&](const ContainerOverride& over) { return over.name == container.name; });
    if (!there) {
      ContainerOverride over;
      over.name = container.name;
      list.push_back(std::move(over));
    }
  }
  if (!complete.inference_accelerator_overrides) complete.inference_accelerator_overrides.emplace();
  return complete;
}

std::string size_text(const std::optional<std::int32_t>& size) {
  return size ? std::to_string(*size) : std::string();
}

ContainerState build_container(const ContainerDefinition& container, const std::string& id) {
  ContainerState state;
  state.name = container.name.value_or("");
  state.id = id;
  state.image = container.image;
  state.status = ContainerStatus::pending;
  state.essential = container.essential.value_or(true);
  state.has_health_check = container.health_check.has_value();
  state.health_status = model::ecs::HealthStatus::unknown;
  state.cpu = std::to_string(container.cpu.value_or(0));
  if (container.memory) state.memory = size_text(container.memory);
  if (container.memory_reservation) state.memory_reservation = size_text(container.memory_reservation);
  return state;
}

std::optional<std::string> zone_of(const ContainerInstanceRecord& instance) {
  for (const auto& attribute : instance.attributes)
    if (attribute.name == "ecs.availability-zone") return attribute.value;
  return std::nullopt;
}

}  // namespace

Result<void> check_overrides(const model::ecs::TaskDefinition& definition, const TaskOverride* overrides) {
  if (!overrides) return {};
  if (overrides->cpu)
    if (auto cpu = parse_task_cpu(*overrides->cpu); !cpu) return cpu.error();
  if (overrides->memory)
    if (auto memory = parse_task_memory(*overrides->memory); !memory) return memory.error();
  const auto task_memory = memory_of_task(definition, *overrides);
  std::set<std::string> seen;
  if (overrides->container_overrides) {
    for (const auto& over : *overrides->container_overrides) {
      if (over == ContainerOverride()) continue;
      if (over.name.value_or("").empty()) return invalid("name cannot be blank.");
      if (!defines(definition, *over.name))
        return invalid(fmt::format(
            "Override for container named {} is not a container in the TaskDefinition.", *over.name));
      if (!seen.insert(*over.name).second)
        return invalid(fmt::format("Duplicate override for container named {}.", *over.name));
      if (auto checked = check_container_override(over); !checked) return checked;
      if (over.memory && task_memory && *over.memory > *task_memory)
        return invalid(
            fmt::format("'memory' setting for container '{}' is greater than for task.", *over.name));
    }
  }
  return {};
}

TaskRecord build_task(const TaskPlan& plan, const ContainerInstanceRecord& instance,
                      const std::function<std::string()>& new_id, WallTime now) {
  const auto& definition = plan.definition.definition;
  const Realm realm{plan.cluster.account, plan.cluster.region};
  TaskRecord task;
  task.account = realm.account;
  task.region = realm.region;
  task.cluster = plan.cluster.name;
  task.cluster_generation = plan.cluster.generation;
  task.id = time_ordered(new_id(), now);
  if (plan.arn_form == ArnForm::short_) task.id = dashed(task.id);
  task.arn = task_arn(realm, task.cluster, task.id, plan.arn_form);
  task.instance_id = instance.id;
  task.instance_arn = instance.arn;
  task.family = plan.definition.family;
  task.revision = plan.definition.revision;
  task.task_definition_arn = task_definition_arn(realm, task.family, task.revision);
  task.group = plan.group.empty() ? "family:" + task.family : plan.group;
  task.started_by = plan.started_by;
  task.launch_type = plan.launch_type;
  task.last_status = TaskStatus::pending;
  task.desired_status = TaskStatus::running;
  for (const auto& container : *definition.container_definitions)
    task.containers.push_back(build_container(container, dashed(new_id())));
  task.overrides = complete_overrides(definition, plan.overrides);
  if (!plan.tags.empty()) task.tags = plan.tags;
  TaskResources resources = resources_of(definition, plan.overrides);
  task.cpu = static_cast<std::int32_t>(resources.cpu);
  task.memory = static_cast<std::int32_t>(resources.memory);
  task.tcp_ports = std::move(resources.tcp_ports);
  task.udp_ports = std::move(resources.udp_ports);
  task.task_cpu = std::to_string(task.cpu);
  task.task_memory = std::to_string(task.memory);
  task.created_at = now;
  task.health_status = model::ecs::HealthStatus::unknown;
  task.availability_zone = zone_of(instance);
  task.enable_execute_command = plan.enable_execute_command;
  task.service_name = plan.service_name;
  task.deployment_id = plan.deployment_id;
  share_parts(task);
  return task;
}

}  // namespace berth::domain
