#include "gateway/alarms.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace berth::gateway {
namespace {

// Looks at the clock at least so often, which costs nothing.
constexpr Duration kSleepMax = std::chrono::hours(1);

}  // namespace

void Alarms::set(MonotonicTime due, runtime::Notifier::Handle who) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = entries_.empty() || due < entries_.begin()->first;
    entries_.emplace(due, std::move(who));
  }
  if (first) earlier_.notify();
}

MonotonicTime Alarms::ring_due() {
  const MonotonicTime now = runtime_.clock().monotonic();
  std::vector<runtime::Notifier::Handle> ringing;
  MonotonicTime next = now + kSleepMax;
  {
    const std::lock_guard lock(mutex_);
    const auto end = entries_.upper_bound(now);
    for (auto at = entries_.begin(); at != end; ++at) ringing.push_back(std::move(at->second));
    entries_.erase(entries_.begin(), end);
    if (!entries_.empty()) next = std::min(next, entries_.begin()->first);
  }
  for (const auto& who : ringing) who.notify();
  return next;
}

Async<void> Alarms::run() {
  while (true) {
    const MonotonicTime next = ring_due();
    const Duration pause = std::max<Duration>(next - runtime_.clock().monotonic(), Duration::zero());
    static_cast<void>(co_await earlier_.wait_for(runtime_, pause));
  }
}

}  // namespace berth::gateway
