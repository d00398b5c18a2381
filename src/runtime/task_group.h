#pragma once
#include <cstddef>
#include <memory>
#include <string_view>

#include "runtime/async.h"

namespace berth::runtime {

/// Coroutines that end before their owner does: cancel(), then `co_await drain()`, then destroy.
///
/// Runs on:   spawn(), cancel() and drain() on the group's executor (or before it runs at all).
/// Errors:    a task that ends with an exception other than a cancellation ends the process: that is a bug.
/// Invariant: destroying a group that still has running tasks is a broken invariant.
class TaskGroup {
 public:
  explicit TaskGroup(Executor executor);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task` on the group's executor; it first runs after the caller has suspended or returned.
  void spawn(Async<void> task);
  void cancel();
  /// Completes when no task is left.
  Async<void> drain();
  std::size_t size() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace berth::runtime
