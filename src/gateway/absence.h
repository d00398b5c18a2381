#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/wall_steps.h"
#include "gateway/limits.h"
#include "gateway/session_table.h"
#include "runtime/runtime.h"
#include "store/store.h"

namespace berth::gateway {

/// Finds instances that count as connected although no session of this process has them, and gives them up
/// once that has lasted for GatewayLimits::absence: after a start of the process agents are awaited that long
/// (shown as not connected, and yet placed on), and a new instance has that long to open its socket. Time is
/// monotonic: a jump of the wall clock expires nobody. Agents that do not come back from an update end it.
///
/// Instances whose session another control plane owns are left alone while `sole` is false.
/// Borrows: store, runtime, limits, sessions.
class AbsenceSweep {
 public:
  AbsenceSweep(store::Store& store, runtime::Runtime& runtime, const GatewayLimits& limits,
               SessionTable& sessions, std::string owner, bool sole)
      : store_(store),
        runtime_(runtime),
        limits_(limits),
        sessions_(sessions),
        owner_(std::move(owner)),
        sole_(sole) {}

  /// Before anything is served: instances whose sessions ended with the process before are not connected, but
  /// awaited (domain::is_awaited). What the store does not take stays as it is.
  Async<void> await_agents();
  /// Sweeps until cancelled.
  Async<void> run();
  /// One look at all instances.
  Async<void> sweep();

 private:
  struct Missing {
    std::int64_t epoch = 0;
    MonotonicTime since;
  };
  bool is_anothers(const domain::ContainerInstanceRecord& record) const;
  /// Some of the instances that count as connected by what a process before has written.
  Async<std::vector<store::Stored<domain::ContainerInstanceRecord>>> find_left_over();
  /// Fills `missing` with what is connected by its record only.
  Async<void> collect(std::map<std::string, Missing>& missing);
  Async<void> give_up(std::string instance_key, std::int64_t epoch);
  /// An agent that was restarted for an update and has not come back for GatewayLimits::update_restart_max.
  Async<void> fail_update(std::string instance_key);

  store::Store& store_;
  runtime::Runtime& runtime_;
  const GatewayLimits& limits_;
  SessionTable& sessions_;
  std::string owner_;
  bool sole_;
  std::map<std::string, Missing> missing_;
  WallSteps steps_;
  std::vector<std::string> overdue_updates_;
};

}  // namespace berth::gateway
