#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/agent_config.h"
#include "agent/session/acs_session.h"
#include "agent/session/ecs_api.h"
#include "agent/session/registration.h"
#include "agent/session/report_sender.h"
#include "agent/state/state_store.h"
#include "agent/tasks/task_manager.h"
#include "agent/telemetry/tcs_session.h"
#include "runtime/sim/sim_node.h"
#include "runtime/sim/sim_world.h"
#include "runtime/task_group.h"
#include "sim/checkers/delivery_checker.h"
#include "sim/cluster/agent_mutants.h"
#include "sim/cluster/balancer.h"
#include "sim/cluster/driver_mutants.h"
#include "sim/cluster/sim_container_runtime.h"

namespace berth::sim {

/// `berth-agent` on a simulated node: constructs what bin/berth_agent/program.cc constructs, in the same
/// order, with the node's disk, clock and network and the host's simulated container engine.
///
/// Borrows: everything that Deps names, for the whole run.
class AgentProcess final : public runtime::SimProcess {
 public:
  struct Deps {
    runtime::SimWorld& world;
    DockerHost& docker;
    const agent::config::AgentConfig& config;
    const agent::session::HostFacts& facts;
    const std::vector<std::string>& addresses;  ///< Of the control planes.
    const Mutant& mutant;
    DeliveryChecker& deliveries;
  };
  AgentProcess(runtime::SimNode& node, Deps deps);
  Async<void> stop() override;

  /// The program has ended with this code: a supervisor starts it again.
  std::optional<int> exit_code() const { return exit_code_; }
  const agent::session::Registered& registered() const { return registered_; }
  agent::tasks::TaskManager* tasks() { return tasks_.get(); }

 private:
  static Async<void> start(AgentProcess& self);
  Async<int> run();
  Async<void> wait_for_docker();
  Result<std::string> load_saved();
  Async<int> start_tasks();
  Async<void> register_again();
  std::string cluster() const { return deps_.config.cluster.empty() ? "default" : deps_.config.cluster; }

  runtime::SimNode& node_;
  Deps deps_;
  agent::session::HostFacts facts_;
  MutantFiles files_;
  agent::state::StateStore store_;
  SimContainerRuntime driver_;
  MutantDriver containers_;
  BalancedCaller caller_;
  BalancedDialer dialer_;
  agent::session::Registered registered_;
  std::int64_t sequence_ = 1;
  std::unique_ptr<agent::session::EcsApi> api_;
  std::unique_ptr<agent::session::ReportSender> reports_;
  std::unique_ptr<MutantReports> report_sink_;
  std::unique_ptr<agent::tasks::TaskManager> tasks_;
  std::unique_ptr<MutantTasks> task_sink_;
  std::unique_ptr<agent::session::AcsSession> acs_;
  std::unique_ptr<agent::telemetry::TcsSession> tcs_;
  runtime::TaskGroup sessions_;
  std::optional<int> exit_code_;
};

}  // namespace berth::sim
