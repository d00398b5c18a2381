#pragma once
#include "base/time.h"

namespace berth::agent::endpoints {

/// Lets `per_second` requests through on average, and `burst` at once. Runs on: one executor.
class RateLimiter {
 public:
  RateLimiter(double per_second, double burst) : per_second_(per_second), burst_(burst), tokens_(burst) {}
  /// False when the request is one too many.
  bool admit(MonotonicTime now);

 private:
  double per_second_, burst_, tokens_;
  MonotonicTime last_;
};

}  // namespace berth::agent::endpoints
