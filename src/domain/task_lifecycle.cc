#include "domain/task_lifecycle.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "domain/text_bounds.h"

namespace berth::domain {
namespace {

using model::ecs::Connectivity;
using model::ecs::HealthStatus;
using model::ecs::TaskStopCode;

int rank(ContainerStatus status) {
  return static_cast<int>(status);
}

ContainerState* find_container(TaskRecord& task, const std::string& name) {
  const auto found = std::find_if(task.containers.begin(), task.containers.end(),
                                  [&](const ContainerState& container) { return container.name == name; });
  return found == task.containers.end() ? nullptr : &*found;
}

template <class T>
bool assign(std::optional<T>& slot, const std::optional<T>& value) {
  if (!value || slot == value) return false;
  slot = value;
  return true;
}

bool assign_text(std::optional<std::string>& slot, const std::optional<std::string>& text,
                 std::size_t bytes_max) {
  if (!text || text->size() <= bytes_max) return assign(slot, text);
  return assign(slot, std::optional(cut_middle(*text, bytes_max)));
}

std::vector<model::ecs::NetworkBinding> bounded(std::vector<model::ecs::NetworkBinding> bindings) {
  if (bindings.size() > kNetworkBindingsMax) bindings.resize(kNetworkBindingsMax);
  for (auto& binding : bindings)
    for (auto* text : {&binding.bind_ip, &binding.container_port_range, &binding.host_port_range})
      if (*text) *text = cut_middle(**text, kAgentTextBytesMax);
  return bindings;
}

// True when the report taught something new.
bool apply_container(ContainerState& container, const ContainerReport& report) {
  if (container.status == ContainerStatus::stopped) return false;
  bool changed = false;
  if (report.status && rank(*report.status) > rank(container.status)) {
    container.status = *report.status;
    changed = true;
  }
  // Old agents repeat a stale exit code 0 on RUNNING: it means nothing before the container has stopped.
  if (container.status == ContainerStatus::stopped) changed |= assign(container.exit_code, report.exit_code);
  if (report.reason && !report.reason->empty())
    changed |= assign_text(container.reason, report.reason, kReasonBytesMax);
  changed |= assign_text(container.runtime_id, report.runtime_id, kAgentTextBytesMax);
  changed |= assign_text(container.image_digest, report.image_digest, kAgentTextBytesMax);
  if (report.network_bindings) {
    container.network_bindings = bounded(*report.network_bindings);
    changed = true;
  }
  return changed;
}

// The image, the command, or a container that it waits for: never started, and it says why. Agents report
// exit code 143 for one that waited in vain, and those of 2015 report 0 for one that was created but never
// ran.
bool failed_to_start(const ContainerState& container) {
  if (!container.essential || !container.reason || container.reason->empty()) return false;
  return !container.exit_code || container.reason->starts_with("CannotStartContainerError") ||
         container.reason->starts_with("CannotCreateContainerError");
}

// Whether the task, or what is essential in it, ran before it stopped. A sidecar that ran until its essential
// neighbour failed to start does not count.
bool ran(const TaskRecord& task, const std::string& agent_reason) {
  if (task.started_at) return true;
  if (!agent_reason.empty() || std::ranges::any_of(task.containers, failed_to_start)) return false;
  return std::ranges::any_of(task.containers, [](const ContainerState& container) {
    return container.essential && container.exit_code.has_value();
  });
}

// Everything that becomes true when a task reaches STOPPED.
void finish(TaskRecord& task, WallTime now) {
  task.last_status = TaskStatus::stopped;
  task.desired_status = TaskStatus::stopped;
  if (!task.stopping_at) task.stopping_at = now;
  task.stopped_at = now;
  for (auto& container : task.containers) container.status = ContainerStatus::stopped;
}

void explain_stop(TaskRecord& task, const std::string& agent_reason) {
  if (!task.stop_code)
    task.stop_code = ran(task, agent_reason) ? TaskStopCode::essential_container_exited
                                             : TaskStopCode::task_failed_to_start;
  if (task.stopped_reason) return;
  if (!agent_reason.empty())
    task.stopped_reason = cut_middle(agent_reason, kReasonBytesMax);
  else if (task.stop_code == TaskStopCode::task_failed_to_start)
    task.stopped_reason = "Task failed to start";
  else
    task.stopped_reason = "Essential container in task exited";
}

std::optional<TaskRecord> apply(const TaskRecord& task, const StopRequested& event, WallTime now) {
  if (task.desired_status == TaskStatus::stopped) return std::nullopt;
  TaskRecord after = task;
  after.desired_status = TaskStatus::stopped;
  after.stopping_at = now;
  after.stop_code = event.code;
  after.stopped_reason = event.reason;
  ++after.version;
  return after;
}

std::optional<TaskRecord> apply(const TaskRecord& task, const AgentReport& event, WallTime now) {
  TaskRecord after = task;
  bool changed = !task.delivered;
  after.delivered = true;
  for (const auto& report : event.containers)
    if (ContainerState* container = find_container(after, report.name))
      changed |= apply_container(*container, report);
  changed |= assign(after.pull_started_at, event.pull_started_at);
  changed |= assign(after.pull_stopped_at, event.pull_stopped_at);
  changed |= assign(after.execution_stopped_at, event.execution_stopped_at);
  if (event.status == TaskStatus::running && rank(task.last_status) < rank(TaskStatus::running)) {
    after.last_status = TaskStatus::running;
    after.started_at = now;
    after.connectivity = Connectivity::connected;
    if (!after.connectivity_at) after.connectivity_at = now;
    changed = true;
  } else if (event.status == TaskStatus::stopped) {
    explain_stop(after, event.reason);
    if (!after.execution_stopped_at) after.execution_stopped_at = now;
    finish(after, now);
    changed = true;
  }
  if (!changed) return std::nullopt;
  ++after.version;
  return after;
}

std::optional<TaskRecord> apply(const TaskRecord& task, const InstanceGone& event, WallTime now) {
  TaskRecord after = task;
  after.stop_code = event.code;
  after.stopped_reason = event.reason;
  after.connectivity = Connectivity::disconnected;
  after.connectivity_at = now;
  finish(after, now);
  ++after.version;
  return after;
}

std::optional<TaskRecord> apply(const TaskRecord& task, const Delivered&, WallTime) {
  if (task.delivered) return std::nullopt;
  TaskRecord after = task;
  after.delivered = true;
  return after;
}

// A task is as healthy as its essential containers with a health check: one UNHEALTHY makes it so, all must
// be HEALTHY.
HealthStatus overall_health(const TaskRecord& task) {
  bool any_healthy = false, any_unknown = false;
  for (const auto& container : task.containers) {
    if (!container.essential || !container.has_health_check) continue;
    const auto health = container.health_status.value_or(HealthStatus::unknown);
    if (health == HealthStatus::unhealthy) return HealthStatus::unhealthy;
    (health == HealthStatus::healthy ? any_healthy : any_unknown) = true;
  }
  return any_healthy && !any_unknown ? HealthStatus::healthy : HealthStatus::unknown;
}

std::optional<TaskRecord> apply(const TaskRecord& task, const HealthReport& event, WallTime) {
  TaskRecord after = task;
  bool changed = false;
  for (const auto& [name, health] : event.containers) {
    ContainerState* container = find_container(after, name);
    if (!container || container->status == ContainerStatus::stopped) continue;
    changed |= assign(container->health_status, std::optional(health));
  }
  if (!changed) return std::nullopt;
  after.health_status = overall_health(after);
  ++after.version;
  return after;
}

std::optional<TaskRecord> apply(const TaskRecord& task, const ConnectivityChanged& event, WallTime now) {
  if (task.connectivity == event.connectivity) return std::nullopt;
  TaskRecord after = task;
  after.connectivity = event.connectivity;
  after.connectivity_at = now;
  ++after.version;
  return after;
}

Error not_owner(Writer writer, const char* change) {
  static constexpr const char* kNames[] = {"api",    "agent",  "service_scheduler", "instance_health",
                                           "reaper", "restore"};
  return {ErrorCode::denied, fmt::format("{} may not {}", kNames[static_cast<int>(writer)], change),
          Retry::no};
}

// The table of docs/design/task-lifecycle.md.
bool may_create(Writer writer) {
  return writer == Writer::api || writer == Writer::service_scheduler;
}
bool may_want_stopped(Writer writer) {
  return writer != Writer::reaper;
}
bool may_advance(Writer writer, TaskStatus to) {
  if (to == TaskStatus::stopped)
    return writer == Writer::agent || writer == Writer::api || writer == Writer::instance_health;
  return writer == Writer::agent;
}

}  // namespace

int rank(TaskStatus status) {
  return static_cast<int>(status);
}

Result<std::optional<TaskRecord>> apply_task_transition(const TaskRecord& task, const TaskEvent& event,
                                                        Writer writer, WallTime now) {
  if (task.last_status == TaskStatus::stopped) return std::optional<TaskRecord>();
  auto after = std::visit([&](const auto& what) { return apply(task, what, now); }, event);
  if (after) {
    const auto allowed = check_task_write(&task, &*after, writer);
    if (!allowed) return allowed.error();
  }
  return after;
}

Result<void> check_task_write(const TaskRecord* before, const TaskRecord* after, Writer writer) {
  if (writer == Writer::restore || (!before && !after)) return {};
  if (!before) {
    if (!may_create(writer)) return not_owner(writer, "create a task");
    if (rank(after->last_status) > rank(TaskStatus::pending) || after->desired_status != TaskStatus::running)
      return not_owner(writer, "create a task that is not new");
    return {};
  }
  if (!after) {
    if (writer != Writer::reaper) return not_owner(writer, "delete a task");
    if (before->last_status != TaskStatus::stopped)
      return not_owner(writer, "delete a task that has not stopped");
    return {};
  }
  if (writer == Writer::reaper) return not_owner(writer, "change a task");
  if (rank(after->last_status) < rank(before->last_status)) return not_owner(writer, "move a status back");
  if (before->desired_status == TaskStatus::stopped && after->desired_status != TaskStatus::stopped)
    return not_owner(writer, "revive a task");
  if (before->desired_status != after->desired_status && !may_want_stopped(writer))
    return not_owner(writer, "stop a task");
  if (before->last_status != after->last_status && !may_advance(writer, after->last_status))
    return not_owner(writer, "move the task's status on");
  return {};
}

}  // namespace berth::domain
