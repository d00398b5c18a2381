#include "services/ecs/tasks/render_task.h"

#include "domain/arns.h"

namespace berth::services::ecs {
namespace {

model::ecs::Container render_container(const domain::TaskRecord& task, const domain::ContainerState& state) {
  model::ecs::Container container;
  container.container_arn = domain::container_arn(task.arn, state.id);
  container.task_arn = task.arn;
  container.name = state.name;
  container.image = state.image;
  container.image_digest = state.image_digest;
  container.runtime_id = state.runtime_id;
  container.last_status = std::string(to_string(state.status));
  container.exit_code = state.exit_code;
  container.reason = state.reason;
  container.network_bindings = state.network_bindings;
  if (!container.network_bindings) container.network_bindings.emplace();
  container.network_interfaces.emplace();
  container.health_status = state.health_status;
  container.cpu = state.cpu;
  container.memory = state.memory;
  container.memory_reservation = state.memory_reservation;
  return container;
}

}  // namespace

model::ecs::Task render_task(const domain::TaskRecord& record, WithTags tags) {
  model::ecs::Task task;
  task.attachments.emplace();
  task.attributes.emplace();
  task.availability_zone = record.availability_zone;
  task.cluster_arn = domain::cluster_arn({record.account, record.region}, record.cluster);
  task.connectivity = record.connectivity;
  task.connectivity_at = record.connectivity_at;
  task.container_instance_arn = record.instance_arn;
  task.containers.emplace();
  for (const auto& state : record.containers) task.containers->push_back(render_container(record, state));
  task.cpu = record.task_cpu;
  task.created_at = record.created_at;
  task.desired_status = std::string(to_string(record.desired_status));
  task.enable_execute_command = record.enable_execute_command;
  task.execution_stopped_at = record.execution_stopped_at;
  task.group = record.group;
  task.health_status = record.health_status;
  task.last_status = std::string(to_string(record.last_status));
  task.launch_type = record.launch_type;
  task.memory = record.task_memory;
  if (record.overrides) task.overrides = **record.overrides;
  task.pull_started_at = record.pull_started_at;
  task.pull_stopped_at = record.pull_stopped_at;
  task.started_at = record.started_at;
  task.started_by = record.started_by;
  task.stop_code = record.stop_code;
  task.stopped_at = record.stopped_at;
  task.stopped_reason = record.stopped_reason;
  task.stopping_at = record.stopping_at;
  if (tags == WithTags::yes)
    task.tags = record.tags.value_or(std::vector<model::ecs::Tag>());
  else
    task.tags.emplace();
  task.task_arn = record.arn;
  task.task_definition_arn = record.task_definition_arn;
  task.version = record.version;
  return task;
}

}  // namespace berth::services::ecs
