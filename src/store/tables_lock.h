#pragma once
#include <atomic>
#include <chrono>
#include <mutex>
#include <shared_mutex>

namespace berth::store {

/// The tables' mutex, which does not let a stream of readers keep the one writer out.
///
/// A plain shared_mutex of glibc prefers readers: on a busy front end some View is always alive, and commits
/// would wait for ever. So readers who come while the writer waits queue up behind it. They do so for
/// kReaderPatience at most: a thread that (against View's contract) takes a second View must slow down, not
/// lock up.
class TablesLock {
 public:
  std::shared_lock<std::shared_mutex> read() {
    if (writer_waits_.load(std::memory_order_acquire) && gate_.try_lock_for(kReaderPatience)) gate_.unlock();
    return std::shared_lock(mutex_);
  }
  /// Runs on: one writer at a time.
  template <class F>
  void write(F apply) {
    writer_waits_.store(true, std::memory_order_release);
    const std::lock_guard gate(gate_);
    const std::unique_lock lock(mutex_);
    writer_waits_.store(false, std::memory_order_release);
    apply();
  }

 private:
  static constexpr std::chrono::milliseconds kReaderPatience{2};
  std::atomic<bool> writer_waits_{false};
  std::timed_mutex gate_;
  std::shared_mutex mutex_;
};

}  // namespace berth::store
