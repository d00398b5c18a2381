#pragma once
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "base/wall_steps.h"
#include "controllers/core/work_queue.h"
#include "controllers/service/execute.h"
#include "runtime/runtime.h"
#include "runtime/task_group.h"
#include "store/store.h"

namespace berth::controllers::service {

/// How often every service is looked at, whatever the feed says.
inline constexpr Duration kResyncEvery = std::chrono::seconds(60);
/// Lost races of one look at a service; then it goes to the end of the queue.
inline constexpr int kDecisionsMax = 16;

/// The service scheduler: brings every service to what was asked for, and keeps it there.
///
/// Level-triggered: what woke it is never trusted, each look starts from a fresh view. Starts with a full
/// pass, then follows the change feed, and looks at everything again every kResyncEvery. Borrows: store and
/// runtime, until run() has ended. Runs on: the executor of run(). Errors:  an unavailable store delays a
/// service, with a growing pause.
class ServiceController {
 public:
  ServiceController(store::Store& store, runtime::Runtime& runtime, SchedulerOptions options);
  /// Works until cancelled.
  Async<void> run();

 private:
  Async<WorkQueue::Outcome> look_at(std::string key);
  Async<Result<void>> commit_all(std::vector<store::Transaction> transactions);
  Async<void> follow_feed();
  Async<void> resync();
  Async<void> add_all();
  void take_in(const std::vector<store::Change>& changes, std::set<std::string>& clusters);
  Async<void> add_of_clusters(std::set<std::string> clusters);
  bool blocked(const std::string& key);
  void set_blocked(const std::string& key, bool blocked);

  store::Store& store_;
  runtime::Runtime& runtime_;
  SchedulerOptions options_;
  WorkQueue queue_;
  Prng prng_;
  WallSteps steps_;
  std::mutex mutex_;
  std::map<std::string, std::set<std::string>> blocked_;  ///< Services that wait for room, by cluster key.
};

}  // namespace berth::controllers::service
