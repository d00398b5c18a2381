#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/engine/container_runtime.h"
#include "agent/engine/docker_mapping.h"
#include "agent/engine/engine.h"
#include "agent/engine/host_resources.h"
#include "agent/engine/host_services.h"
#include "agent/session/task_sink.h"
#include "agent/state/state_store.h"
#include "agent/tasks/image_cleanup.h"
#include "agent/tasks/image_puller.h"
#include "agent/tasks/metadata_files.h"
#include "agent/tasks/port_ranges.h"
#include "agent/tasks/turnstile.h"
#include "runtime/files.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"
#include "runtime/task_group.h"

namespace berth::agent::tasks {

struct TaskManagerOptions {
  engine::EngineOptions engine;
  engine::MappingOptions mapping;
  config::PullBehavior pull_behavior = config::PullBehavior::default_;
  std::int64_t host_cpu = 0;         ///< CPU units of the host.
  std::int64_t host_memory_mib = 0;  ///< As registered.
  bool task_limits = true;           ///< Enforce limits of whole tasks (ECS_ENABLE_TASK_CPU_MEM_LIMIT).
  /// ECS_DYNAMIC_HOST_PORT_RANGE: all dynamic ports are of it. Absent: rows are of the kernel's range, and
  /// Docker chooses the others.
  std::optional<PortRange> dynamic_ports;
  std::set<std::int32_t> reserved_ports;  ///< Never chosen for containers.
  bool image_cleanup = false;             ///< Remove images that no task needs any more.
  Duration image_cleanup_interval = std::chrono::minutes(30);
  CleanupSettings cleanup;
};

/// Between checks that what should run runs, in case an event of the engine was lost.
inline constexpr Duration kSteadyCheck = std::chrono::minutes(5);
/// How long a start that failed for a taken host port waits for containers that should not run, beyond the
/// time that they get to stop, and between looks at them.
inline constexpr Duration kStraysPatience = std::chrono::seconds(10);
inline constexpr Duration kStraysLook = std::chrono::milliseconds(200);
/// Between tries to reach the container engine, and to remove what is left of a task.
inline constexpr Duration kEngineRetry = std::chrono::seconds(2);
inline constexpr Duration kCleanupRetry = std::chrono::seconds(30);
inline constexpr int kCleanupTriesMax = 20;
/// A create or start that the engine left without an answer is made again so often.
inline constexpr int kUnansweredTriesMax = 5;
/// An event of a start that comes so soon after the start that an inspect showed is of that start.
inline constexpr Duration kOwnStartEvent = std::chrono::seconds(1);
/// Creates and starts at once: more of them take longer together than one after the other. Removals have
/// places of their own, as one may hang.
inline constexpr std::size_t kLaunchesMax = 8;
inline constexpr std::size_t kRemovalsMax = 4;
/// Starts of a container whose host ports the agent chose and Docker calls taken, each with other ones.
inline constexpr int kPortTriesMax = 16;
/// Changes that need not be on disk before anything else happens are written this much later, and get there
/// when the kernel likes.
inline constexpr Duration kLazySave = std::chrono::seconds(5);
/// Between tries to write what must be on disk before a report may leave.
inline constexpr Duration kSaveRetry = std::chrono::seconds(2);

/// The tasks of this agent: feeds each task's events to the engine one by one, saves, then does what the
/// engine says; slow work runs beside it and comes back as an event.
///
/// A task is on disk before it is accepted, before a stop is acknowledged and before each report leaves;
/// while the disk fails, stops are carried out all the same, and what is to be told waits. Containers without
/// our container instance's label are never touched, except those of container instances that this host was
/// before and whose tasks are over by the control plane's word. Those with it that run and should not,
/// because their task has STOPPED or is not in the state, are stopped.
///
/// Borrows: what Deps names.
/// Runs on: the agent's executor, everything.
/// Use:     load(), then `co_await resume()`, then start(); at the end `co_await stop()`.
class TaskManager final : public session::TaskSink {
 public:
  struct Deps {
    engine::ContainerRuntime& containers;
    runtime::Runtime& runtime;
    state::StateStore& store;
    session::ReportSink& reports;
    ImagePuller::FindAuth find_auth;           ///< May be empty.
    engine::TaskCgroups* cgroups = nullptr;    ///< Null: tasks are limited container by container.
    engine::SecretsSource* secrets = nullptr;  ///< Null: tasks with secrets fail.
    MetadataFiles* metadata_files = nullptr;   ///< Null: containers have none.
    runtime::Files* kernel_files = nullptr;    ///< For /proc; null: all ports count as free.
    /// Those of the given tasks that the control plane wants to run, on whatever instance. Empty: containers
    /// of earlier registrations of this host are left alone.
    std::function<Async<Result<std::set<std::string>>>(std::vector<std::string> task_arns)> find_wanted = {};
  };
  TaskManager(Deps deps, TaskManagerOptions options);
  ~TaskManager() override;

  /// Reads the checkpoint.
  /// Errors: those of StateStore::load_tasks().
  Result<void> load();
  /// The agent has become another container instance; containers made from now on are its. `host` as in
  /// MappingOptions.
  void set_instance(const std::string& container_instance_arn, const std::string& host);
  /// Looks at every container of the loaded tasks and goes on from what it finds; waits for the engine if it
  /// must.
  Async<void> resume();
  /// Begins to follow the engine's events and to verify.
  void start();
  /// Ends all work, leaves the containers alone, writes what is not written yet.
  Async<void> stop();

  Async<std::vector<Refused>> accept(std::vector<model::acs::Task> tasks, std::int64_t sequence) override;
  Differences compare(const std::vector<Expected>& expected) override;
  std::int64_t sequence() const override { return sequence_; }

  /// Stops a task, as the control plane asked outside a payload. False when it is not known.
  bool stop_task(const std::string& task_arn, const std::string& reason);

  // For the local endpoints, telemetry and credentials; valid until the next suspension.
  std::vector<const engine::TaskState*> list() const;
  const engine::TaskState* find(const std::string& task_arn) const;
  /// New credentials of a role. False when no running task uses that id.
  bool set_credentials(const model::acs::IAMRoleCredentials& credentials);
  const model::acs::IAMRoleCredentials* find_credentials(const std::string& credentials_id) const;

 private:
  struct Managed {
    std::string text;  ///< The task as saved.
    engine::TaskState state;
    bool dirty = false;
    bool reporting = false;
    std::map<std::size_t, std::shared_ptr<PullTicket>> pulls;
    std::set<std::size_t> missed;  ///< Containers of which an event came during their start.
    std::map<std::size_t, engine::ContainerSecrets> secrets;  ///< Until the containers have started.
    /// Host ports that were chosen for each container, and those of them that somebody else has.
    std::map<std::size_t, std::set<std::int32_t>> chosen_ports, refused_ports;
  };
  enum class Save { now, later };

  // task_manager.cc: events in, actions out, reports, saving.
  void post(const std::string& task_arn, const engine::Event& event);
  void perform(const std::string& task_arn, Managed& task, const engine::Action& action);
  void save(Managed& task, Save when);
  void write(Managed& task, state::StateStore::Sync sync);
  /// Tries to make it so.
  bool is_saved(Managed& task);
  void add(Managed& task);
  void forget(const std::string& task_arn);
  void admit_waiting();
  void remember_credentials(const model::acs::Task& task);
  Async<std::optional<Refused>> accept_one(model::acs::Task task);
  Async<void> report(std::string task_arn);
  Async<void> resume_one(std::string task_arn);
  Async<void> save_lazily();
  void save_everything();

  // docker_steps.cc: one coroutine for each kind of slow work.
  Async<void> make_volume(std::string task_arn, std::size_t volume);
  Async<engine::VolumeDone> try_volume(std::size_t volume, engine::VolumeConfig config,
                                       engine::VolumeSpec spec);
  Async<void> pull(std::string task_arn, std::size_t container, std::shared_ptr<PullTicket> ticket);
  Async<void> create(std::string task_arn, std::size_t container, engine::ContainerConfig config);
  Async<engine::DriverResult<std::string>> create_until_answered(engine::ContainerConfig config);
  Async<engine::DriverResult<engine::Done>> start_in_turn(std::string id);
  Async<engine::DriverResult<engine::Done>> start_until_answered(std::string id);
  Async<engine::DriverResult<engine::ContainerInfo>> inspect_until_answered(std::string id);
  Async<void> wait_for_engine(engine::DriverError error);
  Async<void> start_container(std::string task_arn, std::size_t container, std::string id);
  Async<void> stop_container(std::string task_arn, std::size_t container, std::string id, Duration grace);
  Async<void> sleep_then(std::string task_arn, engine::Timer timer, Duration delay);
  Async<void> clean_up(std::string task_arn);
  Async<bool> try_clean_up(std::vector<std::string> containers, std::vector<std::string> volumes);
  Async<void> observe(std::string task_arn, std::size_t container);
  Async<std::vector<std::optional<engine::ContainerInfo>>> inspect_all(std::string task_arn);
  Async<void> follow_events(WallTime since);
  void handle_event(const engine::ContainerEvent& event);
  Async<void> verify_steadily();
  void verify_now();

  // strays.cc: containers that run and should not.
  Async<void> stop_strays();
  /// Waits for it. False: there were none, or they run still.
  Async<bool> end_strays();
  bool strays_are_ending() const;
  bool is_ours(const engine::ContainerSummary& container) const;
  bool was_ours(const engine::ContainerSummary& container) const;
  /// Containers of earlier registrations.
  Async<void> stop_earlier(std::vector<engine::ContainerSummary> containers);
  void take_orphan(const engine::ContainerSummary& container);
  Async<void> stop_orphan(std::string id, std::string name);
  Async<void> remove_orphan(std::string id);

  // host_steps.cc: what tasks need of the host, and images that nobody needs any more.
  Async<void> make_cgroup(std::string task_arn);
  /// `known`: it was made for sure.
  Async<void> remove_cgroup(std::string task_id, bool known);
  void fetch_secrets(const std::string& task_arn, Managed& task);
  engine::DriverResult<engine::ContainerConfig> make_config(Managed& task, std::size_t container);
  void write_metadata_file(const engine::TaskState& task, std::size_t container);
  Async<void> tell(std::string task_arn, engine::Event event);
  void load_images();
  void save_images();
  void note_image_use(const std::string& id, const std::string& name, bool pulled);
  Async<void> clean_images_steadily();
  Async<void> clean_images();
  Async<void> clean_containers(std::vector<engine::ContainerSummary> containers);
  Async<bool> remove_image(ImageRemoval removal);

  // host_ports.cc: host ports that the agent chooses.
  std::set<std::int32_t> taken_ports() const;
  PortRange dynamic_ports() const;
  engine::DriverResult<std::map<std::size_t, std::int32_t>> choose_ports(Managed& task,
                                                                         std::size_t container);
  Async<engine::DriverResult<std::string>> move_ports(std::string task_arn, std::size_t container,
                                                      std::string id, engine::DriverError error);

  Managed* find_managed(const std::string& task_arn) const;

  Deps deps_;
  TaskManagerOptions options_;
  ImagePuller puller_;
  Turnstile launches_{kLaunchesMax};
  Turnstile removals_{kRemovalsMax};
  engine::HostResources resources_;
  Prng random_;
  runtime::TaskGroup group_;
  runtime::Notifier dirty_;
  std::size_t resuming_ = 0;  ///< Tasks whose containers have not been looked at yet.
  runtime::Notifier resumed_;
  // Ids of containers of unknown tasks.
  std::set<std::string> orphans_ending_;  ///< Being stopped.
  std::set<std::string> orphans_;         ///< Seen since this agent began, and waiting to be removed.
  std::map<std::string, std::unique_ptr<Managed>> tasks_;
  std::map<std::string, std::pair<std::string, std::size_t>> by_docker_id_;
  std::map<std::string, model::acs::IAMRoleCredentials> credentials_;
  PulledImages images_;
  std::int64_t sequence_ = 1;
  std::int64_t saved_sequence_ = 1;
  WallTime events_since_;
};

}  // namespace berth::agent::tasks
