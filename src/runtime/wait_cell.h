#pragma once
#include <cstdint>
#include <memory>
#include <mutex>

#include "runtime/async.h"
#include "runtime/once.h"

namespace berth::runtime {

/// The one suspension point that all our synchronisation is built from: at most one waiter, one remembered
/// signal.
///
/// Runs on: notify() and interrupt() on any thread; the waiter resumes through its own executor, never
///   inline.
/// Cancellation: the cancellation slot holds a weak reference and a number, never the waiter: otherwise the
///   two would keep each other alive, and an abandoned coroutine would leak.
class WaitCell {
 public:
  enum class Wake { notified, interrupted, cancelled };

  /// Wakes the waiter, or is remembered once for the next.
  void notify();
  /// Wakes the waiter, if there is one, with Wake::interrupted.
  void interrupt();
  /// Takes a remembered signal; false when there is none.
  bool take();

  /// Does not throw the cancellation itself: says Wake::cancelled.
  static Async<Wake> wait(std::shared_ptr<WaitCell> cell);
  /// Goes on waiting when cancelled.
  static Async<Wake> wait_shielded(std::shared_ptr<WaitCell> cell);

 private:
  struct Initiation;
  std::uint64_t reserve();
  void arm(std::uint64_t number, Once<Wake> waiter);
  void cancel(std::uint64_t number);

  std::mutex mutex_;
  bool signalled_ = false;
  std::uint64_t number_ =
      0;  ///< Of the current or last wait: a late cancellation of an older one is ignored.
  Once<Wake> waiter_;
};

}  // namespace berth::runtime
