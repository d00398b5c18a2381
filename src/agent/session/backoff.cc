#include "agent/session/backoff.h"

#include <algorithm>

namespace berth::agent::session {

Duration Backoff::with_jitter(Duration wait) {
  const auto fifth = static_cast<std::uint64_t>(wait.count() / 5 + 1);
  return wait + Duration(static_cast<std::int64_t>(random_.below(fifth)));
}

Duration Backoff::next() {
  const Duration wait = next_;
  next_ = std::min(Duration(next_.count() * plan_.numerator / plan_.denominator), plan_.max);
  return with_jitter(wait);
}

Duration reconnect_wait(Backoff& backoff, Ending ending, Duration lived) {
  const bool good = lived > kGoodConnection;
  if (ending == Ending::inactive) return backoff.with_jitter(kInactiveWait);
  if (ending == Ending::normal || good) backoff.reset();
  if (ending == Ending::broken || ending == Ending::unknown) return backoff.next();
  if (good) return Duration::zero();
  const Duration shortest = backoff.next();
  backoff.reset();
  return shortest;
}

}  // namespace berth::agent::session
