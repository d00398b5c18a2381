// Goal: callers are limited each by themselves, and their number costs no more memory than is promised.
// Method: limiters at times that the test makes up.
#include "agent/endpoints/rate_limiter.h"

#include <gtest/gtest.h>

#include "agent/endpoints/endpoint_limits.h"

namespace berth::agent::endpoints {
namespace {

constexpr MonotonicTime at_second(std::int64_t second) {
  return MonotonicTime{second * 1'000'000'000};
}

TEST(RateLimiter, FillsUpAgain) {
  RateLimiter limiter(2, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.admit(at_second(1)));
  EXPECT_FALSE(limiter.admit(at_second(1)));
  EXPECT_FALSE(limiter.is_full(at_second(1)));
  EXPECT_TRUE(limiter.admit(at_second(2)));
  EXPECT_TRUE(limiter.is_full(at_second(4)));
}

TEST(CallerLimiters, ACallerTakesNothingFromAnother) {
  CallerLimiters limiters(1, 2);
  EXPECT_TRUE(limiters.admit("a", at_second(1)));
  EXPECT_TRUE(limiters.admit("a", at_second(1)));
  EXPECT_FALSE(limiters.admit("a", at_second(1)));
  EXPECT_TRUE(limiters.admit("b", at_second(1)));
}

TEST(CallerLimiters, BeyondTheirNumberCallersShareALimiterUntilOthersAreQuiet) {
  CallerLimiters limiters(1, 2);
  for (std::size_t i = 0; i < CallerLimiters::kCallersMax; ++i)
    EXPECT_TRUE(limiters.admit(std::to_string(i), at_second(1)));
  EXPECT_TRUE(limiters.admit("x", at_second(1)));
  EXPECT_TRUE(limiters.admit("y", at_second(1)));
  EXPECT_FALSE(limiters.admit("z", at_second(1)));
  EXPECT_TRUE(limiters.admit("z", at_second(5)));
  EXPECT_TRUE(limiters.admit("z", at_second(5)));
  EXPECT_TRUE(limiters.admit("y", at_second(5)));
}

TEST(EndpointLimits, NoBodiesBeyondWhatOperationsNeed) {
  EXPECT_EQ(introspection_limits().body_bytes_max, 0U);
  EXPECT_LE(task_server_limits().body_bytes_max, 4096U);
  EXPECT_LE(introspection_limits().connections_max, 64U);
}

}  // namespace
}  // namespace berth::agent::endpoints
