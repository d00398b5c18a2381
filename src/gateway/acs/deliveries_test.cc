// What a session tells its agent and when again: the pure bookkeeping, with time as an argument.
#include "gateway/acs/deliveries.h"

#include <gtest/gtest.h>

namespace berth::gateway::acs {
namespace {

using namespace std::chrono_literals;

WantedTask wanted(const std::string& id, bool stop = false, bool delivered = false,
                  std::int64_t created = 0) {
  auto task = std::make_shared<domain::TaskRecord>();
  task->id = id;
  task->delivered = delivered;
  task->created_at = WallTime{created};
  return {task, stop};
}

MonotonicTime at(Duration since_start) {
  return MonotonicTime{} + since_start;
}

TEST(Deliveries, TellsOnceUntilTheTimeoutAndNeverAfterTheAcknowledgement) {
  Deliveries deliveries(60s, 10);
  const std::vector<WantedTask> all{wanted("a")};
  EXPECT_EQ(deliveries.plan(all, at(0s)).size(), 1U);
  EXPECT_EQ(deliveries.note_sent("m1", all, at(0s)), 0U);
  EXPECT_TRUE(deliveries.plan(all, at(59s)).empty());
  EXPECT_EQ(deliveries.next_due(), at(60s));
  EXPECT_EQ(deliveries.plan(all, at(60s)).size(), 1U);
  EXPECT_EQ(deliveries.note_sent("m2", all, at(60s)), 1U);
  // A late acknowledgement of the first message counts as well.
  EXPECT_EQ(deliveries.acknowledge("m1"), std::vector<std::string>{"a"});
  EXPECT_TRUE(deliveries.acknowledged("a", false));
  EXPECT_TRUE(deliveries.plan(all, at(500s)).empty());
  EXPECT_TRUE(deliveries.acknowledge("m1").empty());
}

TEST(Deliveries, AStopIsNewsEvenWhenTheStartWasAcknowledged) {
  Deliveries deliveries(60s, 10);
  deliveries.note_sent("m1", {wanted("a")}, at(0s));
  deliveries.note_sent("m2", {wanted("a", true)}, at(1s));
  deliveries.acknowledge("m1");
  EXPECT_FALSE(deliveries.acknowledged("a", true)) << "the acknowledgement was for the start";
  EXPECT_EQ(deliveries.plan({wanted("a", true, true)}, at(61s)).size(), 1U);
}

TEST(Deliveries, ANewSessionRepeatsStopsButNotWhatTheAgentHas) {
  Deliveries deliveries(60s, 10);
  const auto plan =
      deliveries.plan({wanted("has", false, true), wanted("lacks"), wanted("stop", true, true)}, at(0s));
  ASSERT_EQ(plan.size(), 2U);
  EXPECT_EQ(plan[0].task->id, "stop");
  EXPECT_EQ(plan[1].task->id, "lacks");
}

TEST(Deliveries, StopsGoFirstThenByAge) {
  Deliveries deliveries(60s, 10);
  const auto plan = deliveries.plan(
      {wanted("young", false, false, 2), wanted("old", false, false, 1), wanted("s", true)}, at(0s));
  ASSERT_EQ(plan.size(), 3U);
  EXPECT_EQ(plan[0].task->id, "s");
  EXPECT_EQ(plan[1].task->id, "old");
  EXPECT_EQ(plan[2].task->id, "young");
}

TEST(Deliveries, ForgetsTasksThatAreGoneAndMessagesBeyondTheLimit) {
  Deliveries deliveries(60s, 1);
  deliveries.note_sent("m1", {wanted("a")}, at(0s));
  deliveries.note_sent("m2", {wanted("b")}, at(0s));
  EXPECT_TRUE(deliveries.acknowledge("m1").empty());
  EXPECT_TRUE(deliveries.plan({}, at(100s)).empty());
  EXPECT_GT(deliveries.next_due(), at(std::chrono::hours(1000)));
}

TEST(Deliveries, AReportOfTheAgentStandsInForAnAcknowledgement) {
  Deliveries deliveries(60s, 10);
  deliveries.note_sent("m1", {wanted("a")}, at(0s));
  EXPECT_TRUE(deliveries.plan({wanted("a", false, true)}, at(100s)).empty());
}

}  // namespace
}  // namespace berth::gateway::acs
