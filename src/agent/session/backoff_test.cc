// Goal: waits grow as the plan says, never beyond it, and start anew after a good connection.
// Method: plain calls; jitter is bounded, not known.
#include "agent/session/backoff.h"

#include <gtest/gtest.h>

namespace berth::agent::session {
namespace {

using namespace std::chrono_literals;

constexpr BackoffPlan kPlan{1s, 10s, 2, 1};

void expect_about(Duration wait, Duration wanted) {
  EXPECT_GE(wait, wanted);
  EXPECT_LE(wait, wanted + wanted / 5 + 1ns);
}

TEST(Backoff, GrowsToItsMaximumAndStartsAnew) {
  Backoff backoff(kPlan, Prng(1));
  for (const Duration wanted : {1s, 2s, 4s, 8s, 10s, 10s}) expect_about(backoff.next(), wanted);
  backoff.reset();
  expect_about(backoff.next(), 1s);
}

TEST(Backoff, NoWaitOfAnyPlanIsMuchLongerThanTwentySeconds) {
  for (const BackoffPlan& plan : {kAcsBackoff, kTcsBackoff, kReportBackoff, kRegistrationBackoff}) {
    Backoff backoff(plan, Prng(1));
    for (int i = 0; i < 100; ++i) EXPECT_LE(backoff.next(), 24s + 1ns);
  }
}

TEST(Backoff, JitterDiffersBetweenAgents) {
  EXPECT_NE(Backoff(kPlan, Prng(1)).next(), Backoff(kPlan, Prng(2)).next());
}

TEST(Backoff, ReconnectsByHowTheConnectionEnded) {
  Backoff backoff(kPlan, Prng(1));
  expect_about(reconnect_wait(backoff, Ending::broken, 0s), 1s);
  expect_about(reconnect_wait(backoff, Ending::broken, 5s), 2s);
  expect_about(reconnect_wait(backoff, Ending::broken, 2min), 1s);  // a good one in between
  EXPECT_EQ(reconnect_wait(backoff, Ending::normal, 2min), 0s);
  expect_about(reconnect_wait(backoff, Ending::normal, 1s), 1s);
  expect_about(reconnect_wait(backoff, Ending::normal, 1s), 1s);
  expect_about(reconnect_wait(backoff, Ending::inactive, 0s), 1h);
}

}  // namespace
}  // namespace berth::agent::session
