#pragma once
#include <memory>
#include <optional>

#include "agent/drivers/host/container_counters.h"
#include "agent/drivers/host/control_files.h"
#include "agent/drivers/host/metadata_route.h"
#include "agent/drivers/host/task_cgroups.h"
#include "agent/endpoints/handlers.h"
#include "agent/secrets/secret_files.h"
#include "agent/session/registration.h"
#include "agent/tasks/task_manager.h"
#include "runtime/processes.h"

namespace berth::agent_program {

/// What the agent gives tasks from its host: control groups, secrets, metadata files, the route to the task
/// server, counters, the audit log. Built once the container engine and the control plane are known.
///
/// Borrows: all that it is given.
/// Runs on: the agent's executor.
class HostServices {
 public:
  HostServices(const agent::config::AgentConfig& config, runtime::Files& files, runtime::Processes& processes,
               const runtime::Clock& clock);

  /// `registered` is copied.
  void prepare(const agent::engine::EngineInfo& engine, const agent::session::Registered& registered);
  /// Adds what there is to what the task manager is built from.
  void add_to(agent::tasks::TaskManager::Deps& deps, agent::tasks::TaskManagerOptions& options);

  /// Of this host's containers; null before prepare().
  agent::engine::ContainerCounters* counters() { return counters_ ? &*counters_ : nullptr; }

  Async<void> open_route();
  Async<void> close_route();
  agent::endpoints::TaskServerHandler::Audit audit();

 private:
  Async<Result<void>> run(std::vector<std::string> argv);

  const agent::config::AgentConfig& config_;
  runtime::Files& files_;
  runtime::Processes& processes_;
  const runtime::Clock& clock_;
  agent::drivers::host::RealControlFiles control_files_;
  agent::secrets::SecretFiles secrets_;
  std::optional<agent::drivers::host::HostCgroups> cgroups_;
  std::optional<agent::drivers::host::HostCounters> counters_;
  std::optional<agent::drivers::host::MetadataRoute> route_;
  std::optional<agent::tasks::MetadataFiles> metadata_files_;
};

}  // namespace berth::agent_program
