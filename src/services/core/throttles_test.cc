// Goal: the guide's rates (p.112): 60 registrations at once, then one a second; five container instances a
// second for RunTask in a cluster. Method: calls at chosen times.
#include "services/core/throttles.h"

#include <gtest/gtest.h>

namespace berth::services {
namespace {

using namespace std::chrono_literals;

const domain::Realm kRealm{"000000000000", "us-east-1"};

TEST(Throttles, SixtyAtOnceThenOneASecond) {
  Throttles throttles{domain::Limits()};
  MonotonicTime now{};
  for (const char* operation : {"RegisterTaskDefinition", "RegisterContainerInstance"}) {
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(throttles.admit(kRealm, operation, now)) << i;
    EXPECT_FALSE(throttles.admit(kRealm, operation, now)) << "the 61st";
    EXPECT_TRUE(throttles.admit({"000000000000", "eu-west-1"}, operation, now)) << "by region";
  }
  now = now + 1s;
  EXPECT_TRUE(throttles.admit(kRealm, "RegisterTaskDefinition", now));
  EXPECT_FALSE(throttles.admit(kRealm, "RegisterTaskDefinition", now));
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(throttles.admit(kRealm, "ListClusters", now));
}

TEST(Throttles, FiveInstancesASecondAndCluster) {
  Throttles throttles{domain::Limits()};
  MonotonicTime now{};
  EXPECT_EQ(throttles.reserve_run_task("c", 10, now), 1s) << "within one call too";
  EXPECT_EQ(throttles.reserve_run_task("c", 1, now), 1200ms);
  EXPECT_EQ(throttles.reserve_run_task("other", 5, now), 0ms);
  EXPECT_EQ(throttles.reserve_run_task("other", 1, now), 200ms);
  now = now + 2s;
  EXPECT_EQ(throttles.reserve_run_task("c", 4, now), 0ms);
  EXPECT_EQ(throttles.reserve_run_task("c", 27, now), std::nullopt) << "nobody waits longer than 5 s";
  EXPECT_EQ(throttles.reserve_run_task("c", 1, now), 200ms) << "what was refused took nothing";
}

}  // namespace
}  // namespace berth::services
