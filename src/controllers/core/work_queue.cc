#include "controllers/core/work_queue.h"

#include <algorithm>

namespace berth::controllers {
namespace {

Duration backoff(int failures) {
  const int doublings = std::min(failures - 1, 20);
  return std::min<Duration>(WorkQueue::kBackoffMin * (std::int64_t{1} << doublings), WorkQueue::kBackoffMax);
}

}  // namespace

void WorkQueue::add_locked(std::string key) {
  if (!waiting_.insert(key).second) return;
  if (!working_.contains(key)) ready_.push_back(std::move(key));
}

void WorkQueue::add(std::string key) {
  {
    const std::lock_guard lock(mutex_);
    add_locked(std::move(key));
  }
  wake_.notify();
}

std::size_t WorkQueue::size() const {
  const std::lock_guard lock(mutex_);
  return ready_.size() + working_.size();
}

void WorkQueue::set_timer(const std::string& key, Duration after) {
  clear_timer(key);
  const MonotonicTime due = runtime_.clock().monotonic() + std::max(after, Duration::zero());
  timer_of_[key] = due;
  timers_.emplace(due, key);
}

void WorkQueue::clear_timer(const std::string& key) {
  const auto found = timer_of_.find(key);
  if (found == timer_of_.end()) return;
  timers_.erase({found->second, key});
  timer_of_.erase(found);
}

void WorkQueue::wake_due() {
  const std::lock_guard lock(mutex_);
  const MonotonicTime now = runtime_.clock().monotonic();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const std::string key = timers_.begin()->second;
    clear_timer(key);
    add_locked(key);
  }
}

std::optional<std::string> WorkQueue::take() {
  const std::lock_guard lock(mutex_);
  if (ready_.empty() || working_.size() >= kConcurrentMax) return std::nullopt;
  std::string key = std::move(ready_.front());
  ready_.pop_front();
  waiting_.erase(key);
  working_.insert(key);
  clear_timer(key);
  return key;
}

std::optional<Duration> WorkQueue::until_next_timer() const {
  const std::lock_guard lock(mutex_);
  if (timers_.empty()) return std::nullopt;
  return std::max<Duration>(timers_.begin()->first - runtime_.clock().monotonic(),
                            std::chrono::milliseconds(1));
}

void WorkQueue::finish(const std::string& key, const Outcome& outcome) {
  {
    const std::lock_guard lock(mutex_);
    working_.erase(key);
    if (outcome.failed) {
      set_timer(key, backoff(++failures_[key]));
    } else {
      failures_.erase(key);
      if (outcome.again) set_timer(key, *outcome.again);
    }
    if (waiting_.contains(key)) ready_.push_back(key);
  }
  wake_.notify();
}

Async<void> WorkQueue::work_on(const Work* work, std::string key) {
  const Outcome outcome = co_await (*work)(key);
  finish(key, outcome);
}

Async<void> WorkQueue::run(Work work) {
  const Executor executor = co_await current_executor();
  runtime::TaskGroup group(executor, runtime::TaskGroup::Leftovers::abandoned);
  bool cancelled = false;
  try {
    while (true) {
      wake_due();
      while (auto key = take()) group.spawn(work_on(&work, *std::move(key)));
      const auto pause = until_next_timer();
      if (pause)
        co_await wake_.wait_for(runtime_, *pause);
      else
        co_await wake_.wait();
    }
  } catch (const std::exception&) {
    cancelled = true;
  }
  co_await ignore_cancellation();
  group.cancel();
  co_await group.drain();
  if (cancelled) throw_cancelled();
}

}  // namespace berth::controllers
