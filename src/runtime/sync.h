#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/result.h"
#include "runtime/async.h"
#include "runtime/runtime.h"
#include "runtime/wait_cell.h"

namespace berth::runtime {

/// Wakes one waiting coroutine. Level-triggered: a notify() with nobody waiting is remembered once.
///
/// Runs on:      notify() on any thread; wait on one coroutine at a time, which resumes on its own executor.
/// Cancellation: nothing is lost; a notification that came meanwhile is kept.
class Notifier {
 public:
  Notifier() : cell_(std::make_shared<WaitCell>()) {}
  explicit Notifier(const Executor&) : Notifier() {}
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  void notify() { cell_->notify(); }
  Async<void> wait();
  /// False when `timeout` passed first.
  Async<bool> wait_for(Runtime& runtime, Duration timeout);

  /// A handle that may outlive the notifier: then notify() on it does nothing.
  class Handle {
   public:
    void notify() const {
      if (const auto cell = cell_.lock()) cell->notify();
    }

   private:
    friend class Notifier;
    std::weak_ptr<WaitCell> cell_;
  };
  Handle handle() const;

 private:
  std::shared_ptr<WaitCell> cell_;
};

/// A value that one side sets once and the other awaits once.
///
/// Runs on:  set() on any thread; wait() resumes on the awaiting coroutine's executor.
/// Copies share the same promise. Setting a second time is ignored, and set() then returns false. If every
/// setter is dropped unset, wait() never returns: owners set an error before they go.
template <class T>
class Promise {
 public:
  Promise() : state_(std::make_shared<State>()) {}
  bool set(T value) const;
  Async<T> wait() const { return wait_on(state_); }

 private:
  struct State {
    std::mutex mutex;
    bool was_set = false;
    std::optional<T> value;
    std::shared_ptr<WaitCell> cell = std::make_shared<WaitCell>();
  };
  static Async<T> wait_on(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

/// Runs `work`, giving up after `timeout`: then the work is cancelled, awaited, and Error `timeout` returned.
/// Work that succeeds all the same, because it no longer noticed, keeps its value.
///
/// Cancellation: the work is cancelled and awaited, then the cancellation thrown.
template <class T>
Async<Result<T>> with_deadline(Runtime& runtime, Duration timeout, Async<Result<T>> work);

}  // namespace berth::runtime

#include "runtime/sync_impl.h"
