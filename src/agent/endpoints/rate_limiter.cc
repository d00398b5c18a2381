#include "agent/endpoints/rate_limiter.h"

#include <algorithm>

namespace berth::agent::endpoints {

bool RateLimiter::admit(MonotonicTime now) {
  const double seconds = std::chrono::duration<double>(now - last_).count();
  last_ = now;
  tokens_ = std::min(burst_, tokens_ + std::max(0.0, seconds) * per_second_);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

}  // namespace berth::agent::endpoints
