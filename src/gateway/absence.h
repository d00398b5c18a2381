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

/// Finds instances whose record says "agent connected" although no session of this process has them, and says
/// so once that has lasted for GatewayLimits::absence: after a start of the process instances count as they
/// stood until then, and a new instance has that long to open its socket. Time is monotonic: a jump of the
/// wall clock expires nobody. Agents that do not come back from an update end it.
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

  /// Sweeps until cancelled.
  Async<void> run();
  /// One look at all instances.
  Async<void> sweep();

 private:
  struct Missing {
    std::int64_t epoch = 0;
    MonotonicTime since;
  };
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
