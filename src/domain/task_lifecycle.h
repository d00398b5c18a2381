#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/records.h"

namespace berth::domain {

/// Who changes a task. Each status change has one owner (docs/design/task-lifecycle.md); the store refuses
/// all others.
enum class Writer {
  api,    ///< RunTask, StartTask, StopTask, UpdateContainerInstancesState, DeregisterContainerInstance,
          ///< DeleteService.
  agent,  ///< Submit…StateChange and acknowledged payloads.
  service_scheduler,  ///< Starts and stops the tasks of services.
  instance_health,    ///< Gives up the tasks of instances that stay away.
  reaper,             ///< Deletes what retention no longer keeps.
  restore,            ///< Import of a whole state (`berth restore`, --test-reset).
};

/// Somebody wants the task stopped. Edge 3 of the diagram in docs/design/task-lifecycle.md.
struct StopRequested {
  model::ecs::TaskStopCode code;
  std::string reason;
};

/// What an agent says of one container.
struct ContainerReport {
  std::string name;
  std::optional<ContainerStatus> status;
  std::optional<std::int32_t> exit_code;
  std::optional<std::string> reason;
  std::optional<std::string> runtime_id;
  std::optional<std::string> image_digest;
  std::optional<std::vector<model::ecs::NetworkBinding>> network_bindings;
};

/// What an agent says of a task: at least once, in order for each task. `status` is absent in a
/// SubmitContainerStateChange. Edges 1 (RUNNING), 2 and 4 (STOPPED).
struct AgentReport {
  std::optional<TaskStatus> status;  ///< PENDING, RUNNING or STOPPED.
  std::string reason;
  std::vector<ContainerReport> containers;
  std::optional<WallTime> pull_started_at, pull_stopped_at, execution_stopped_at;
};

/// The instance is gone for Berth: deregistered with force, terminated, or away for longer than the grace.
/// Edge 5.
struct InstanceGone {
  model::ecs::TaskStopCode code;
  std::string reason;
};

/// The agent acknowledged the payload that carried the task.
struct Delivered {};

/// What container health checks say, by container name.
struct HealthReport {
  std::vector<std::pair<std::string, model::ecs::HealthStatus>> containers;
};

/// The agent's connection came or went.
struct ConnectivityChanged {
  model::ecs::Connectivity connectivity;
};

using TaskEvent =
    std::variant<StopRequested, AgentReport, InstanceGone, Delivered, HealthReport, ConnectivityChanged>;

/// The task after `event`, or nothing when the event changes nothing (a duplicate, or out of date). Status
/// only moves forward; a STOPPED task never changes. Pure.
/// Errors: `denied` when `writer` does not own that change.
Result<std::optional<TaskRecord>> apply_task_transition(const TaskRecord& task, const TaskEvent& event,
                                                        Writer writer, WallTime now);

/// The check of the store: may `writer` turn `before` (null: nothing) into `after` (null: erased)?
Result<void> check_task_write(const TaskRecord* before, const TaskRecord* after, Writer writer);

/// Order of statuses along the life of a task; status only moves to a higher rank.
int rank(TaskStatus status);

}  // namespace berth::domain
