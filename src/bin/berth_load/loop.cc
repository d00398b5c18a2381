#include "bin/berth_load/loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include "base/assert.h"

namespace berth::load {
namespace {

constexpr int kEventsMax = 256;
constexpr Nanos kWaitMax = 100'000'000;

}  // namespace

Nanos now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  check(epoll_ >= 0, "epoll_create1");
}

Loop::~Loop() {
  ::close(epoll_);
}

void Loop::add(int fd, std::uint32_t events, Watcher& watcher) {
  check(try_add(fd, events, watcher), "epoll_ctl add");
}

bool Loop::try_add(int fd, std::uint32_t events, Watcher& watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void Loop::change(int fd, std::uint32_t events, Watcher& watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  check(::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) == 0, "epoll_ctl change");
}

void Loop::remove(int fd, Watcher& watcher) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  std::replace(batch_.begin(), batch_.end(), &watcher, static_cast<Watcher*>(nullptr));
}

void Loop::at(Nanos when, const void* owner, std::function<void()> action) {
  timers_.emplace(when, Timer{owner, std::move(action)});
}

void Loop::cancel(const void* owner) {
  std::erase_if(timers_, [owner](const auto& timer) { return timer.second.owner == owner; });
}

void Loop::wait(Nanos until) {
  std::array<epoll_event, kEventsMax> events;
  const Nanos wanted = std::clamp<Nanos>(until - now_ns(), 0, kWaitMax);
  const timespec timeout{0, wanted};
  const int count = ::epoll_pwait2(epoll_, events.data(), kEventsMax, &timeout, nullptr);
  if (count < 0) {
    check(errno == EINTR, "epoll_pwait2");
    return;
  }
  batch_.clear();
  for (int i = 0; i < count; ++i)
    batch_.push_back(static_cast<Watcher*>(events[static_cast<std::size_t>(i)].data.ptr));
  for (std::size_t i = 0; i < batch_.size(); ++i)
    if (batch_[i] != nullptr) batch_[i]->on_ready(events[i].events);
  batch_.clear();
}

void Loop::fire_timers() {
  while (!timers_.empty() && timers_.begin()->first <= now_ns()) {
    auto action = std::move(timers_.begin()->second.action);
    timers_.erase(timers_.begin());
    action();
  }
}

void Loop::run_until(Nanos when) {
  stopped_ = false;
  while (!stopped_) {
    const bool is_over = now_ns() >= when;
    fire_timers();
    if (stopped_ || is_over) return;
    wait(timers_.empty() ? when : std::min(when, timers_.begin()->first));
  }
}

void Loop::run() {
  run_until(std::numeric_limits<Nanos>::max());
}

}  // namespace berth::load
