// Goal: a bucket lets its burst go at once and then its rate; who would wait too long takes nothing. Method:
// calls at chosen times.
#include "api/throttles.h"

#include <gtest/gtest.h>

namespace berth::api {
namespace {

using namespace std::chrono_literals;

TEST(Throttles, ABurstGoesAtOnceThenTheRate) {
  Throttles throttles;
  MonotonicTime now{};
  const Toll toll{.bucket = "a", .per_second = 1, .burst = 60};
  for (int i = 0; i < 60; ++i) ASSERT_EQ(throttles.pay(toll, now), 0ms) << i;
  EXPECT_EQ(throttles.pay(toll, now), std::nullopt) << "the 61st";
  now = now + 1s;
  EXPECT_EQ(throttles.pay(toll, now), 0ms);
  EXPECT_EQ(throttles.pay(toll, now), std::nullopt);
}

TEST(Throttles, BucketsAreApart) {
  Throttles throttles;
  const MonotonicTime now{};
  EXPECT_EQ(throttles.pay({.bucket = "a", .per_second = 1, .burst = 1}, now), 0ms);
  EXPECT_EQ(throttles.pay({.bucket = "a", .per_second = 1, .burst = 1}, now), std::nullopt);
  EXPECT_EQ(throttles.pay({.bucket = "b", .per_second = 1, .burst = 1}, now), 0ms);
}

TEST(Throttles, WhoMayWaitPaysAheadAndNobodyWaitsTooLong) {
  Throttles throttles;
  MonotonicTime now{};
  const auto pay = [&](double tokens) {
    return throttles.pay({.bucket = "c", .per_second = 5, .burst = 5, .tokens = tokens, .wait_max = 5s}, now);
  };
  EXPECT_EQ(pay(10), 1s);
  EXPECT_EQ(pay(1), 1200ms);
  now = now + 2s + 200ms;
  EXPECT_EQ(pay(4), 0ms);
  EXPECT_EQ(pay(27), std::nullopt);
  EXPECT_EQ(pay(1), 0ms) << "what was refused took nothing";
}

}  // namespace
}  // namespace berth::api
