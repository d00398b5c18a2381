#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/front_end.h"
#include "api/operation_table.h"
#include "api/throttles.h"
#include "control_plane/request_router.h"
#include "controllers/controllers.h"
#include "gateway/gateway.h"
#include "services/ecs/core/call.h"
#include "services/logs/call.h"

namespace berth::control_plane {

/// What operators choose, and what a simulated run varies.
struct Settings {
  controllers::Options controllers;  ///< Compat and limits are everybody's.
  gateway::GatewayLimits gateway;
  bool throttles = false;
  bool sole = true;  ///< GatewayDeps::sole
  bool run_controllers = true;
};

/// What a control plane works with. References and pointers outlive it.
struct Deps {
  store::Store& store;
  runtime::Runtime& runtime;
  auth::KeyLookup find_key;
  std::string name;  ///< GatewayDeps::owner
  const domain::AgentPackages* agent_packages = nullptr;
  const domain::TaskRoles* task_roles = nullptr;
  Downloads downloads = nullptr;
  journal::LogJournal* journal = nullptr;  ///< Of log events. Null: CloudWatch Logs is not served.
  /// FrontEndDeps has these three.
  std::function<std::string()> more_metrics = nullptr;
  std::function<std::string()> warning = nullptr;
  std::function<Async<Result<void>>()> reset = nullptr;
};

/// Everything between the store and the network: every service's operations, the gateway of agents, the
/// controllers. `berthd` runs it on real sockets and a real disk, the simulator on its own.
///
/// Runs on: start() and stop() on the runtime's executor; handler() on any.
class ControlPlane {
 public:
  ControlPlane(Deps deps, const Settings& settings);
  ControlPlane(const ControlPlane&) = delete;
  ControlPlane& operator=(const ControlPlane&) = delete;

  /// Once, when the store is loaded and before anything is served: sessions of an earlier process are over.
  Async<void> prepare() { return gateway_.await_agents(); }
  /// Once, after prepare().
  void start();
  /// Whether start() was called or not.
  Async<void> stop();

  /// What a server hands its requests to.
  runtime::RequestHandler& handler() { return router_; }
  gateway::Gateway& gateway() { return gateway_; }

 private:
  std::optional<api::Throttles> throttles_;
  gateway::Gateway gateway_;
  controllers::Controllers controllers_;
  services::ecs::Deps ecs_;
  services::logs::Deps logs_;
  api::OperationTable operations_;
  api::FrontEnd front_end_;
  RequestRouter router_;
  bool run_controllers_;
  bool started_ = false;
};

/// Adds the operations of every service. Borrows what the services need for the table's life.
void add_services(api::OperationTable& table, const services::ecs::Deps& ecs);
void add_logs(api::OperationTable& table, const services::logs::Deps& logs);

/// "service.Operation" of each that is implemented, in order.
std::vector<std::string> implemented_operations();

}  // namespace berth::control_plane
