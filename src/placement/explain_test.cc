// Goal: the renderings say what the plan found, in ECS's words where ECS has them.
// Method: one world with an instance for each reason; texts compared word by word.
#include "placement/explain.h"

#include <gtest/gtest.h>

#include "placement/test_world.h"

namespace berth::placement {
namespace {

PlacementPlan plan(const Snapshot& world, const PlacementRequest& request) {
  Prng prng(1);
  return plan_placement(world, request, prng);
}

TEST(Explain, ServiceEventCountsReasons) {
  VectorSnapshot world;
  world.add(test::instance("one"));
  world.add(test::instance("two"));
  world.add(test::instance("three", "a", 1024, 128));
  auto request = test::request(3, 10, 512);
  request.resources.host_ports = {{80, Protocol::tcp}};
  EXPECT_EQ(
      explain_unplaced(plan(world, request)),
      "Of 3 container instances, 1 lacks memory (needs 512 MiB, most free is 128), 2 lack host port 80/tcp.");
  request.count = 2;
  EXPECT_EQ(explain_unplaced(plan(world, request)), "");
}

TEST(Explain, EmptyClusterSaysSo) {
  VectorSnapshot world;
  EXPECT_EQ(explain_unplaced(plan(world, test::request(1))),
            "No Container Instances were found in your cluster.");
  EXPECT_TRUE(failures_of(plan(world, test::request(1))).empty());
  EXPECT_EQ(explain_placement(world, test::request(1)).summary,
            "No Container Instances were found in your cluster.");
}

TEST(Explain, FailuresNameTheFirstReasonOfEachActiveInstance) {
  VectorSnapshot world;
  InstanceView lost = test::instance("lost", "a", 1);
  lost.agent_connected = false;
  InstanceView draining = test::instance("draining");
  draining.status = InstanceStatus::draining;
  world.add(lost);
  world.add(draining);
  world.add(test::instance("small", "a", 1, 1));
  auto failures = failures_of(plan(world, test::request(1, 10, 10)));
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_EQ(failures[0].arn, "lost");
  EXPECT_EQ(failures[0].reason, "AGENT");
  EXPECT_EQ(failures[0].detail, "the agent is not connected; needs 10 CPU units, 1 free");
  EXPECT_EQ(failures[1].reason, "RESOURCE:CPU");
  EXPECT_EQ(failures_of(plan(world, test::request(1, 10, 10)), 1).size(), 1u);
}

TEST(Explain, FailuresOfADrainedClusterAreNotEmpty) {
  VectorSnapshot world;
  world.add(test::instance("one"));
  world.view(0).status = InstanceStatus::draining;
  auto made = plan(world, test::request(1));
  EXPECT_EQ(made.active_instances, 0u);
  ASSERT_EQ(failures_of(made).size(), 1u);
  EXPECT_EQ(failures_of(made)[0].reason, "DRAINING");
}

TEST(Explain, TheClosestMatchIsTheInstanceThatMeetsMost) {
  VectorSnapshot world;
  InstanceView lost = test::instance("arn/lost", "a", 1);
  lost.agent_connected = false;
  world.add(lost);
  EXPECT_EQ(closest_match(plan(world, test::request(1, 10, 10))),
            "The closest matching (container-instance lost) encountered error \"AGENT\".");
  world.add(test::instance("arn/small", "a", 1, 1));
  EXPECT_EQ(closest_match(plan(world, test::request(1, 10, 10))),
            "The closest matching (container-instance small) has insufficient CPU units available.");
  world.add(test::instance("arn/slow", "a", 1, 100));
  EXPECT_EQ(closest_match(plan(world, test::request(1, 10, 10))),
            "The closest matching (container-instance slow) has insufficient CPU units available.");
  EXPECT_EQ(closest_match(plan(VectorSnapshot(), test::request(1))),
            "Reason: No Container Instances were found in your cluster.");
}

TEST(Explain, StartTaskFailures) {
  EXPECT_EQ(missing_instance("x").reason, "MISSING");
  EXPECT_EQ(failure_reason(ReasonCode::ports), "RESOURCE:PORTS");
  EXPECT_EQ(failure_reason(ReasonCode::member_of), "MemberOf placement constraint unsatisfied.");
  EXPECT_EQ(failure_reason(ReasonCode::distinct_instance),
            "DistinctInstance placement constraint unsatisfied.");
}

TEST(Explain, RemediesNameTheSmallestChange) {
  VectorSnapshot world;
  world.add(test::instance("one", "a", 1024, 2048));
  world.view(0).remaining_cpu = 100;
  auto reasons = check_instance(world, 0, test::request(1, 150, 4096));
  ASSERT_EQ(reasons.size(), 2u);
  EXPECT_EQ(reasons[0].remedy, "free 50 CPU units on the instance, or ask for at most 100");
  EXPECT_EQ(reasons[1].remedy,
            "use an instance with at least 4096 MiB of memory (this one has 2048), or ask for at most 2048");
}

TEST(Explain, Json) {
  VectorSnapshot world;
  world.add(test::instance("fits"));
  world.add(test::instance("small", "b", 5));
  JsonWriter writer;
  to_json(writer, explain_placement(world, test::request(1, 10)));
  const std::string text = writer.take();
  auto parsed = parse_json(text);
  ASSERT_TRUE(parsed.ok()) << text;
  const auto& root = parsed->as_object();
  EXPECT_EQ(root.at("fitting").as_int64(), 1);
  EXPECT_EQ(root.at("strategy").as_string(), "even random (default)");
  const auto& small = root.at("instances").as_array().at(1).as_object();
  EXPECT_FALSE(small.at("fits").as_bool());
  const auto& reason = small.at("reasons").as_array().at(0).as_object();
  EXPECT_EQ(reason.at("reason").as_string(), "RESOURCE:CPU");
  EXPECT_EQ(reason.at("needed").as_int64(), 10);
  EXPECT_EQ(reason.at("available").as_int64(), 5);
}

}  // namespace
}  // namespace berth::placement
