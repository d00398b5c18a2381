#pragma once
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "base/wall_steps.h"
#include "controllers/core/reconciler.h"
#include "controllers/service/execute.h"

namespace berth::controllers::service {

/// How often every service is looked at, whatever the feed says.
inline constexpr Duration kResyncEvery = std::chrono::seconds(60);
/// Lost races of one look at a service; then it goes to the end of the queue.
inline constexpr int kDecisionsMax = 16;

/// The service scheduler: brings every service to what was asked for, and keeps it there.
///
/// Errors: an unavailable store delays a service, with a growing pause.
class ServiceController final : public Reconciler {
 public:
  ServiceController(store::Store& store, runtime::Runtime& runtime, SchedulerOptions options);

 private:
  Async<WorkQueue::Outcome> reconcile(std::string key) override;
  void add_all(const store::View& view) override;
  Async<void> add_changed(const std::vector<store::Change>& changes) override;

  Async<Result<void>> commit_all(std::vector<store::Transaction> transactions);
  void add_blocked(const std::set<std::string>& clusters);
  Async<void> add_of_clusters(std::set<std::string> clusters);
  bool blocked(const std::string& key);
  void set_blocked(const std::string& key, bool blocked);

  SchedulerOptions options_;
  Prng prng_;
  WallSteps steps_;
  std::mutex mutex_;
  std::map<std::string, std::set<std::string>> blocked_;  ///< Services that wait for room, by cluster key.
};

}  // namespace berth::controllers::service
