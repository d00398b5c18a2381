#pragma once
#include <map>
#include <memory>
#include <string>

#include "agent/logs/output_pump.h"
#include "agent/session/registration.h"
#include "agent/tasks/task_manager.h"
#include "runtime/task_group.h"

namespace berth::agent::logs {

/// How often it looks for containers that are new.
inline constexpr Duration kShipperInterval = std::chrono::milliseconds(500);

struct ShipperDeps {
  PumpDeps pump;
  const tasks::TaskManager& tasks;
  const session::Registered& registered;
  std::string folder;  ///< For what is remembered of each container. Empty: nothing is.
  std::string region;
};

/// Sends the output of all tasks' containers: one OutputPump each, from when the container is made until all
/// it wrote was stored, over restarts of the agent.
///
/// Borrows: what ShipperDeps names. Runs on: the agent's executor.
class LogShipper {
 public:
  explicit LogShipper(ShipperDeps deps);
  /// Spawns everything into `group`; the shipper must outlive what it spawned.
  void start(runtime::TaskGroup& group);

 private:
  Async<void> watch_forever(runtime::TaskGroup& group);
  void start_new(runtime::TaskGroup& group);
  void forget_gone();
  std::unique_ptr<OutputPump> make_pump(const engine::TaskState& task, std::size_t container);
  bool has_stopped(const std::string& task_arn, std::size_t container, const std::string& id) const;

  ShipperDeps deps_;
  /// By the container's id; null: its output goes elsewhere.
  std::map<std::string, std::unique_ptr<OutputPump>> pumps_;
  std::map<std::string, bool> ended_;
};

}  // namespace berth::agent::logs
