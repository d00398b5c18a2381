#pragma once
#include <cstddef>
#include <map>
#include <string>

#include "base/time.h"

namespace berth::agent::endpoints {

/// Lets `per_second` requests through on average, and `burst` at once.
/// Runs on: one executor.
class RateLimiter {
 public:
  RateLimiter(double per_second, double burst) : per_second_(per_second), burst_(burst), tokens_(burst) {}
  /// False when the request is one too many.
  bool admit(MonotonicTime now);
  /// Whether it is as if nobody had ever asked.
  bool is_full(MonotonicTime now) const;

 private:
  double tokens_at(MonotonicTime now) const;

  double per_second_, burst_, tokens_;
  MonotonicTime last_;
};

/// A RateLimiter for each caller, so that one who asks too much takes nothing from the others.
///
/// Runs on: one executor.
/// Limits:  kCallersMax of them are told apart at a time; further ones share a limiter.
class CallerLimiters {
 public:
  static constexpr std::size_t kCallersMax = 1024;

  CallerLimiters(double per_second, double burst) : fresh_(per_second, burst), others_(fresh_) {}
  bool admit(const std::string& caller, MonotonicTime now);

 private:
  RateLimiter fresh_;
  RateLimiter others_;
  std::map<std::string, RateLimiter> by_caller_;
};

}  // namespace berth::agent::endpoints
