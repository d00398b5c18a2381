#pragma once
#include <map>
#include <mutex>

#include "runtime/runtime.h"
#include "runtime/sync.h"

namespace berth::gateway {

/// Wakes notifiers when their time has come: all with one sleep, so that a session that only waits costs an
/// entry here and no coroutine of its own.
///
/// Borrows: runtime.
/// Runs on: run() on one executor; set() on any thread.
/// Limits:  an entry stays until its time; sessions set a new one only when the last has rung or is too late.
class Alarms {
 public:
  explicit Alarms(runtime::Runtime& runtime) : runtime_(runtime) {}
  Alarms(const Alarms&) = delete;
  Alarms& operator=(const Alarms&) = delete;

  /// Notifies `who`, if it still exists, at `due` or at once when that has passed.
  void set(MonotonicTime due, runtime::Notifier::Handle who);
  /// Rings, until cancelled.
  Async<void> run();

 private:
  /// Rings what is due; the time of the next, far away when there is none.
  MonotonicTime ring_due();

  runtime::Runtime& runtime_;
  std::mutex mutex_;
  std::multimap<MonotonicTime, runtime::Notifier::Handle> entries_;
  runtime::Notifier earlier_;
};

}  // namespace berth::gateway
