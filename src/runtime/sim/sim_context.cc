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
  ready_.at(node).push_back(std::move(work));
  ++ready_count_;
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

std::size_t SimContext::pick_node() {
  const auto runnable = static_cast<std::uint64_t>(
      std::ranges::count_if(ready_, [](const auto& queue) { return !queue.empty(); }));
  std::uint64_t skip = schedule_.below(runnable);
  for (std::size_t node = 0; node < ready_.size(); ++node) {
    if (ready_[node].empty()) continue;
    if (skip-- == 0) return node;
  }
  unreachable();
}

bool SimContext::step() {
  check(running_ == kNobody, "the simulator was stepped from inside a step");
  if (ready_count_ == 0 && timers_.empty()) return false;
  if (ready_count_ == 0) jump();
  const std::size_t node = pick_node();
  Once<> work = std::move(ready_[node].front());
  ready_[node].pop_front();
  --ready_count_;
  ++steps_;
  hash_ = (hash_ ^ node ^ static_cast<std::uint64_t>(now_.ns)) * 1099511628211ULL;
  running_ = node;
  work();
  running_ = kNobody;
  return true;
}

MonotonicTime SimContext::next_event() const {
  if (ready_count_ > 0 || timers_.empty()) return now_;
  return {std::max(now_.ns, timers_.begin()->first.first)};
}

void SimContext::clear() {
  closed_ = true;
  while (ready_count_ > 0 || !timers_.empty()) {
    ready_count_ = 0;
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
