#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/engine/driver_types.h"
#include "agent/engine/status.h"
#include "agent/engine/task_spec.h"
#include "base/random.h"

namespace berth::agent::engine {

/// What the agent knows of one container of a task.
struct ContainerState {
  std::string
      docker_name;  ///< Chosen before anything is made, so that a crash leaves nothing nameless behind.
  std::string docker_id;
  std::string endpoint_id;  ///< Of the metadata URIs: a UUID.
  std::string image_id, image_digest;

  Status known = Status::none;
  Status desired = Status::running;
  Status reported = Status::none;  ///< The highest status that stands in a report, delivered or still queued.
  Step step = Step::none;          ///< Under way right now.
  bool maybe_running = false;      ///< A start ended without an answer: stop it to be sure.
  bool returned = false;           ///< It has STOPPED and runs: somebody started it, and it is to be stopped.
  bool start_expired = false;      ///< Its startTimeout has passed.
  int stop_failures = 0;
  bool stop_waiting = false;  ///< A timer will try to stop it again.
  std::int32_t restarts = 0;

  std::optional<DriverError> problem;  ///< The first one stays.
  std::optional<std::int32_t> exit_code;
  std::vector<PortBinding> bindings;
  ContainerHealth health;
  std::optional<WallTime> created_at, started_at, finished_at;
  /// From the last inspect, for the local endpoints.
  std::vector<ContainerNetwork> networks;
  std::vector<ContainerMount> mounts;
  std::string network_mode, log_driver;
  std::map<std::string, std::string> labels, log_options;
};

/// A Docker volume that the task needs.
struct VolumeState {
  std::string docker_name;  ///< Empty for a folder of the host.
  bool busy = false;
  bool ready = false;
  bool made = false;  ///< By us: removed with the task.
};

/// A change as the control plane is told of it. Immutable once it is being sent.
struct ContainerChange {
  std::size_t container = 0;
  Status status = Status::none;
  std::optional<std::int32_t> exit_code;
  std::string reason;  ///< Empty: none.
  std::string runtime_id, image_digest;
  std::vector<PortBinding> bindings;
};

struct StateChange {
  std::uint64_t id = 0;  ///< Rises within a task.
  Status status = Status::none;
  std::string reason;
  std::vector<ContainerChange> containers;
  std::optional<WallTime> pull_started_at, pull_stopped_at, execution_stopped_at;
};

/// What is left of a stopped task.
enum class Cleanup {
  kept,     ///< Containers are still there, for `docker logs`.
  running,  ///< Being removed.
  done,     ///< Nothing is left; the record may go.
};

/// Everything the agent knows of one task: what it was told, what it did, what it has to say.
///
/// Invariant: `containers` and `volumes` run parallel to those of `spec`.
struct TaskState {
  TaskSpec spec;
  std::vector<ContainerState> containers;
  std::vector<VolumeState> volumes;
  Status known = Status::none;
  Status desired = Status::running;
  Status reported = Status::none;
  bool stop_asked = false;    ///< By the control plane; else it ended by itself.
  bool admitted = false;      ///< The host has room for it.
  std::string reason;         ///< Why the task as a whole failed; empty otherwise.
  bool wants_cgroup = false;  ///< Limits of the whole task are to be enforced.
  bool cgroup_busy = false, cgroup_ready = false;
  std::string cgroup_parent;  ///< For Docker, once ready. Empty: each container gets the task's limits.
  /// Secrets of the containers. They live in memory only, so that a restart fetches them anew.
  bool secrets_busy = false, secrets_ready = false;
  bool flush_armed = false;  ///< A timer will report what has changed.
  Cleanup cleanup = Cleanup::kept;
  std::optional<WallTime> pull_started_at, pull_stopped_at, execution_stopped_at, stopped_at;
  /// Oldest first. At most four: one on its way and, as changes are merged into the last, one for each
  /// status.
  std::vector<StateChange> outbox;
  bool sending = false;  ///< outbox.front() is on its way. Not kept across restarts.
  std::uint64_t last_report = 0;
};

/// The state of a task that has just arrived. `random` names the containers.
TaskState make_task_state(TaskSpec spec, Status desired, bool task_limits, Prng& random);

/// `ecs-<family>-<version>-<name>-<20 hex>`, the name stripped to what Docker accepts.
std::string make_docker_name(const TaskSpec& spec, std::string_view name, Prng& random);

/// Writes and reads the state for the checkpoint. The spec is stored apart, as it came.
JsonValue state_to_json(const TaskState& state);
/// Errors: `invalid` when `json` does not fit `spec`.
Result<TaskState> state_from_json(TaskSpec spec, const JsonValue& json);

}  // namespace berth::agent::engine
