#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include "domain/records.h"
#include "runtime/runtime.h"
#include "store/store.h"

namespace berth::controllers::instance_health {

/// How often it looks for instances whose grace has run out.
inline constexpr Duration kLookEvery = std::chrono::seconds(1);
/// Tasks given up in one transaction: each writes its record and gives back its claim.
inline constexpr std::size_t kTasksPerTransaction = 45;

/// Gives up the tasks of container instances whose agent stays away: they become STOPPED, and services
/// replace them. When such an instance comes back, its agent is told to stop what Berth no longer counts.
///
/// The grace counts from when this process saw the agent go, on a clock that never jumps: steps of the wall
/// clock change nothing. Of an agent that was away already when the process began the stored time counts, so
/// that a restart of the control plane does not start anew in full, but agents always get kSeenMin to come
/// back.
///
/// Borrows: store and runtime, until run() has ended. Runs on: the executor of run().
class InstanceHealthController {
 public:
  /// Agents may take this long to come back after a start of the control plane (DESIGN: connection state).
  static constexpr Duration kSeenMin = std::chrono::seconds(90);

  InstanceHealthController(store::Store& store, runtime::Runtime& runtime, Duration grace);
  /// Works until cancelled.
  Async<void> run();
  /// One look; what run() repeats. Answers the instances whose time has run out.
  Async<std::set<std::string>> find_lost();

 private:
  /// An instance that is away.
  struct Away {
    std::optional<WallTime> since;  ///< As it is stored: another absence has another time.
    MonotonicTime due;              ///< When its time runs out.
  };
  Away away_of(const domain::ContainerInstanceRecord& instance, MonotonicTime now, WallTime wall) const;
  Async<bool> give_up(std::string instance_key);

  store::Store& store_;
  runtime::Runtime& runtime_;
  Duration grace_;
  MonotonicTime started_;
  std::map<std::string, Away> away_;  ///< As this process saw it.
};

}  // namespace berth::controllers::instance_health
