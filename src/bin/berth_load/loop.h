#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace berth::load {

/// Nanoseconds of the monotonic clock.
using Nanos = std::int64_t;
Nanos now_ns();

/// Who is told that a file descriptor is ready.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void on_ready(std::uint32_t events) = 0;
};

/// One thread's epoll and timers: all that a load generator needs of an event loop, so that it costs as
/// little as possible beside the server it measures.
///
/// Runs on: one thread. A watcher may be removed at any time, also while events are handed out.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void add(int fd, std::uint32_t events, Watcher& watcher);
  /// False when the kernel cannot tell when that file is ready: plain files, /dev/null.
  bool try_add(int fd, std::uint32_t events, Watcher& watcher);
  void change(int fd, std::uint32_t events, Watcher& watcher);
  void remove(int fd, Watcher& watcher);
  /// Calls `action` once, at or soon after `when`, unless `owner` cancels it.
  void at(Nanos when, const void* owner, std::function<void()> action);
  void after(Nanos delay, const void* owner, std::function<void()> action) {
    at(now_ns() + delay, owner, std::move(action));
  }
  /// Forgets all timers of `owner`. Who does not live as long as the loop calls it at the end.
  void cancel(const void* owner);

  /// Runs until stop(), or until `when`: timers that are due by then have been called.
  void run_until(Nanos when);
  void run();
  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }

 private:
  struct Timer {
    const void* owner;
    std::function<void()> action;
  };
  void wait(Nanos until);
  void fire_timers();

  int epoll_ = -1;
  bool stopped_ = false;
  std::multimap<Nanos, Timer> timers_;
  std::vector<Watcher*> batch_;
};

}  // namespace berth::load
