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
  EXPECT_TRUE(throttles.admit_run_task("c", 10, now)) << "a call alone is always possible";
  EXPECT_FALSE(throttles.admit_run_task("c", 1, now));
  EXPECT_TRUE(throttles.admit_run_task("other", 5, now));
  now = now + 200ms;
  EXPECT_TRUE(throttles.admit_run_task("c", 1, now));
  EXPECT_FALSE(throttles.admit_run_task("c", 1, now));
}

}  // namespace
}  // namespace berth::services
