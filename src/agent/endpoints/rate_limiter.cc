#include "agent/endpoints/rate_limiter.h"

#include <algorithm>

namespace berth::agent::endpoints {

double RateLimiter::tokens_at(MonotonicTime now) const {
  const double seconds = std::chrono::duration<double>(now - last_).count();
  return std::min(burst_, tokens_ + std::max(0.0, seconds) * per_second_);
}

bool RateLimiter::admit(MonotonicTime now) {
  tokens_ = tokens_at(now);
  last_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

bool RateLimiter::is_full(MonotonicTime now) const {
  return tokens_at(now) >= burst_;
}

bool CallerLimiters::admit(const std::string& caller, MonotonicTime now) {
  const auto known = by_caller_.find(caller);
  if (known != by_caller_.end()) return known->second.admit(now);
  // Who has asked for nothing lately is as good as new.
  if (by_caller_.size() >= kCallersMax)
    std::erase_if(by_caller_, [&](const auto& entry) { return entry.second.is_full(now); });
  if (by_caller_.size() >= kCallersMax) return others_.admit(now);
  return by_caller_.emplace(caller, fresh_).first->second.admit(now);
}

}  // namespace berth::agent::endpoints
