#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/time.h"
#include "runtime/async.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"
#include "runtime/task_group.h"

namespace berth::controllers {

/// Keys to look at. Guarantees: a key is never worked on twice at once; however often it is added while it
/// waits, it is worked on once; added while it is being worked on, it is worked on once more afterwards;
/// after a failure it comes back by itself, later each time.
///
/// Runs on: add() on any thread; run() on one executor, where the work is done too.
/// Limits:  kConcurrentMax keys are worked on at a time; each key is queued once.
class WorkQueue {
 public:
  /// What came of one look at a key.
  struct Outcome {
    bool failed = false;            ///< Come back after a growing pause.
    std::optional<Duration> again;  ///< Come back after this, if nothing adds the key before.
  };
  using Work = std::function<Async<Outcome>(std::string key)>;

  static constexpr std::size_t kConcurrentMax = 8;
  static constexpr Duration kBackoffMin = std::chrono::milliseconds(10);
  static constexpr Duration kBackoffMax = std::chrono::seconds(10);

  explicit WorkQueue(runtime::Runtime& runtime) : runtime_(runtime) {}
  void add(std::string key);
  /// Works until cancelled; what is being worked on then is cancelled and awaited.
  Async<void> run(Work work);
  /// Keys that wait or are being worked on; timers do not count.
  std::size_t size() const;

 private:
  Async<void> work_on(const Work* work, std::string key);
  void finish(const std::string& key, const Outcome& outcome);
  void wake_due();
  std::optional<std::string> take();
  std::optional<Duration> until_next_timer() const;
  void set_timer(const std::string& key, Duration after);
  void clear_timer(const std::string& key);
  void add_locked(std::string key);

  runtime::Runtime& runtime_;
  runtime::Notifier wake_;
  mutable std::mutex mutex_;
  std::deque<std::string> ready_;
  std::set<std::string> waiting_;  ///< In ready_, or to be run again after the run that is under way.
  std::set<std::string> working_;
  std::map<std::string, MonotonicTime> timer_of_;
  std::set<std::pair<MonotonicTime, std::string>> timers_;
  std::map<std::string, int> failures_;
};

}  // namespace berth::controllers
