#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controllers/core/reconciler.h"
#include "domain/records.h"

namespace berth::controllers::instance_health {

/// How often it looks at all instances, whatever the feed says.
inline constexpr Duration kResyncEvery = std::chrono::seconds(60);
/// What is away so soon after the process began went before it.
inline constexpr Duration kFirstLook = std::chrono::seconds(1);
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
/// A key is that of a container instance; one that is away is looked at again when its time runs out.
class InstanceHealthController final : public Reconciler {
 public:
  /// Agents may take this long to come back after a start of the control plane (DESIGN: connection state).
  static constexpr Duration kSeenMin = std::chrono::seconds(90);

  InstanceHealthController(store::Store& store, runtime::Runtime& runtime, Duration grace);

 private:
  Async<WorkQueue::Outcome> reconcile(std::string key) override;
  void add_all(const store::View& view) override;
  Async<void> add_changed(const std::vector<store::Change>& changes) override;

  /// An instance that is away.
  struct Away {
    std::optional<WallTime> since;  ///< As it is stored: another absence has another time.
    MonotonicTime due;              ///< When its time runs out.
  };
  Away away_of(const domain::ContainerInstanceRecord& instance, MonotonicTime now, WallTime wall) const;
  /// When the time of the instance runs out; nothing when it is not away.
  std::optional<MonotonicTime> due(const store::View& view, const std::string& instance_key);
  /// Some of its tasks. Answers whether there may be more.
  Async<Result<bool>> give_up(std::string instance_key);

  Duration grace_;
  MonotonicTime started_;
  std::map<std::string, Away> away_;  ///< As this process saw it.
};

}  // namespace berth::controllers::instance_health
