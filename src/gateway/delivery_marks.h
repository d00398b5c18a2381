#pragma once
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "gateway/limits.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"
#include "store/store.h"

namespace berth::gateway {

/// Marks tasks `delivered` that agents have acknowledged: gathered over all sessions for
/// GatewayLimits::marks_gathered, and written many to a transaction.
///
/// One transaction for each acknowledgement, the simple way, costs more than the RunTask that it belongs to.
/// Most agents also report RUNNING soon, which says the same: those marks turn out not to be needed. Nobody
/// waits for a mark, and marks need not last: until a mark is there, or when berthd has started anew before
/// the next report, a session sends the task again, as it does when an acknowledgement is lost.
///
/// Borrows: store, runtime, limits.
/// Runs on: run() on one executor; add() on any thread.
/// Limits:  as many marks wait as there are tasks to be delivered.
class DeliveryMarks {
 public:
  DeliveryMarks(store::Store& store, runtime::Runtime& runtime, const GatewayLimits& limits)
      : store_(store), runtime_(runtime), limits_(limits) {}
  DeliveryMarks(const DeliveryMarks&) = delete;
  DeliveryMarks& operator=(const DeliveryMarks&) = delete;

  /// The agent of that instance has acknowledged the task. Both by their keys.
  void add(std::string task_key, const std::string& instance_key);
  /// Writes what was added, until cancelled. What cannot be written is tried again.
  Async<void> run();

 private:
  /// Instances by task, both by their keys.
  using Marks = std::map<std::string, std::string>;
  Marks take(std::size_t count_max);
  void put_back(Marks marks);
  Async<Result<void>> write(Marks marks);

  store::Store& store_;
  runtime::Runtime& runtime_;
  const GatewayLimits& limits_;
  std::mutex mutex_;
  Marks waiting_;
  runtime::Notifier wake_;
};

}  // namespace berth::gateway
