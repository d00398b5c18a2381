#include "runtime/sim/sim_context.h"

#include <algorithm>

#include "base/assert.h"

namespace berth::runtime {

SimContext::SimContext(std::uint64_t seed)
    : schedule_(Prng::stream(seed, "schedule")), hash_(hash_bytes("trace")) {}

SimContext::~SimContext() {
  clear();
  shutdown();
  destroy();
}

std::size_t SimContext::add_node() {
  ready_.emplace_back();
  return ready_.size() - 1;
}

void SimContext::post(std::size_t node, Once<> work) {
  if (closed_) return;
  auto& queue = ready_.at(node);
  if (queue.empty()) runnable_.push_back(node);
  queue.push_back(std::move(work));
}

SimContext::TimerKey SimContext::at(std::size_t node, MonotonicTime deadline, Once<TimerEnd> timer) {
  const TimerKey key(std::max(deadline, now_).ns, ++timer_count_);
  if (!closed_) timers_.emplace(key, Armed{node, std::move(timer)});
  return key;
}

void SimContext::cancel_timer(TimerKey key) {
  auto found = timers_.extract(key);
  if (!found.empty()) fire(std::move(found.mapped()), TimerEnd::cancelled);
}

void SimContext::fire(Armed armed, TimerEnd end) {
  post(armed.node, Once<>([timer = std::move(armed.timer), end]() mutable { timer(end); }));
}

void SimContext::jump() {
  now_.ns = std::max(now_.ns, timers_.begin()->first.first);
  while (!timers_.empty() && timers_.begin()->first.first <= now_.ns) {
    auto due = timers_.extract(timers_.begin());
    fire(std::move(due.mapped()), TimerEnd::due);
  }
}

bool SimContext::step() {
  check(running_ == kNobody, "the simulator was stepped from inside a step");
  if (runnable_.empty() && timers_.empty()) return false;
  if (runnable_.empty()) jump();
  const std::size_t at = schedule_.below(runnable_.size());
  const std::size_t node = runnable_[at];
  Once<> work = std::move(ready_[node].front());
  ready_[node].pop_front();
  if (ready_[node].empty()) {
    runnable_[at] = runnable_.back();
    runnable_.pop_back();
  }
  ++steps_;
  hash_ = (hash_ ^ node ^ static_cast<std::uint64_t>(now_.ns)) * 1099511628211ULL;
  running_ = node;
  work();
  running_ = kNobody;
  return true;
}

MonotonicTime SimContext::next_event() const {
  if (!runnable_.empty() || timers_.empty()) return now_;
  return {std::max(now_.ns, timers_.begin()->first.first)};
}

void SimContext::clear() {
  closed_ = true;
  while (!runnable_.empty() || !timers_.empty()) {
    runnable_.clear();
    // Moved out first: a destroyed handler may cancel timers.
    const auto timers = std::exchange(timers_, {});
    for (auto& queue : ready_) {
      const auto works = std::exchange(queue, {});
    }
  }
}

void SimContext::trace(std::string_view event) {
  hash_ = hash_bytes(event, hash_ ^ static_cast<std::uint64_t>(now_.ns));
}

}  // namespace berth::runtime
