#pragma once
#include <memory>
#include <utility>

#include "base/result.h"
#include "runtime/async.h"
#include "runtime/runtime.h"

namespace berth::runtime {

/// Wakes one waiting coroutine. Level-triggered: a notify() with nobody waiting is remembered once.
///
/// Runs on:      notify() on any thread; wait on one coroutine at a time, on `executor`.
/// Cancellation: nothing is lost; a notification that came meanwhile is kept.
class Notifier {
 public:
  explicit Notifier(Executor executor);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  void notify();
  Async<void> wait();
  /// False when `timeout` passed first.
  Async<bool> wait_for(Runtime& runtime, Duration timeout);

  /// A handle that may outlive the notifier: then notify() on it does nothing.
  class Handle {
   public:
    void notify() const;

   private:
    friend class Notifier;
    struct State;
    std::weak_ptr<State> state_;
  };
  Handle handle() const;

 private:
  std::shared_ptr<Handle::State> state_;
};

/// A value that one side sets once and the other awaits once.
///
/// Runs on:  set() on any thread; wait() resumes on the awaiting coroutine's executor.
/// Copies share the same promise. Setting a second time is ignored. If every setter is dropped unset, wait() never returns:
/// owners set an error before they go.
template <class T>
class Promise;

/// Runs `work`, giving up after `timeout`: then the work is cancelled, awaited, and Error `timeout` returned.
template <class T>
Async<Result<T>> with_deadline(Runtime& runtime, Duration timeout, Async<Result<T>> work);

}  // namespace berth::runtime

#include "runtime/sync_impl.h"
