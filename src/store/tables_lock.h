#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
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
    if (writer_waits_.load(std::memory_order_acquire)) let_writer_pass();
    return std::shared_lock(mutex_);
  }
  /// Runs on: one writer at a time.
  template <class F>
  void write(F apply) {
    writer_waits_.store(true, std::memory_order_release);
    const std::unique_lock lock(mutex_);
    {
      const std::lock_guard gate(gate_);
      writer_waits_.store(false, std::memory_order_release);
    }
    writer_passed_.notify_all();
    apply();
  }

 private:
  static constexpr std::chrono::milliseconds kReaderPatience{2};

  void let_writer_pass() {
    std::unique_lock gate(gate_);
    const auto passed = [this] { return !writer_waits_.load(std::memory_order_acquire); };
    writer_passed_.wait_for(gate, kReaderPatience, passed);
  }

  std::atomic<bool> writer_waits_{false};
  std::mutex gate_;
  std::condition_variable writer_passed_;
  std::shared_mutex mutex_;
};

}  // namespace berth::store
