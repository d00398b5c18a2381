#pragma once
#include <cstddef>
#include <memory>

#include "runtime/async.h"

namespace berth::runtime {

/// Coroutines that end before their owner does: cancel(), then `co_await drain()`, then destroy.
///
/// Runs on: spawn(), cancel() and drain() on the group's executor (or before it runs at all).
/// Errors: a task that ends with an exception other than a cancellation ends the process: that is a bug.
/// Cancellation: cancel() is final: a task that had not begun never does, and later ones are dropped. drain()
///   goes on waiting when its caller is cancelled; a caller that already is needs ignore_cancellation()
///   first.
/// Invariant: destroying a group that still has running tasks is a broken invariant.
class TaskGroup {
 public:
  /// What destroying a group with running tasks means. `abandoned` is for groups that live in coroutine
  /// frames, which a torn-down executor destroys together with their tasks.
  enum class Leftovers { forbidden, abandoned };

  explicit TaskGroup(Executor executor, Leftovers leftovers = Leftovers::forbidden);
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
  Leftovers leftovers_;
};

}  // namespace berth::runtime
