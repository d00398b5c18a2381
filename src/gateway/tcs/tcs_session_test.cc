// Telemetry against a simulated socket: frames as real agents send them, acknowledgements, health in the
// task's record.
#include <gtest/gtest.h>

#include "gateway/testing/world.h"

namespace berth::gateway {
namespace {

using namespace std::chrono_literals;
using testing::type_of;
using testing::World;

constexpr const char* kHeaders =
    "Authorization: AWS4-HMAC-SHA256 Credential=x\r\nHost: berth:51670\r\nX-Amz-Date: "
    "20261120T233457Z\r\n\r\n";

TEST(TcsSession, AcknowledgesEveryPublish) {
  World world;
  const auto socket = world.connect(World::tcs_target());
  world.send(*socket, std::string(kHeaders) +
                          R"({"type":"PublishMetricsRequest","message":{"metadata":{"idle":true,"fin":true,)"
                          R"("messageId":"m"},"timestamp":1795217697}})");
  EXPECT_EQ(type_of(world.receive(*socket)), "AckPublishMetric");
  world.send(*socket,
             R"({"type":"PublishInstanceStatusRequest","message":{"statuses":[{"type":"ContainerRuntime",)"
             R"("status":"OK","lastUpdated":-6795364578.871}],"timestamp":1795217697.5}})");
  EXPECT_EQ(type_of(world.receive(*socket)), "AckPublishInstanceStatus");
  world.send(*socket, R"({"type":"PublishHealthRequest","message":{"tasks":[]}})");
  EXPECT_EQ(type_of(world.receive(*socket)), "AckPublishHealth");
}

TEST(TcsSession, KeepsTheNewestMetricsOfATask) {
  World world;
  const auto socket = world.connect(World::tcs_target());
  const std::string arn = "arn:aws:ecs:us-east-1:123456789012:task/default/t1";
  for (const char* cpu : {"1.5", "3.1"}) {
    world.send(*socket, R"({"type":"PublishMetricsRequest","message":{"taskMetrics":[{"taskArn":")" + arn +
                            R"(","containerMetrics":[{"cpuStatsSet":{"min":0,"max":)" + cpu +
                            R"(,"sampleCount":1,"sum":1}}]}]}})");
    EXPECT_EQ(type_of(world.receive(*socket)), "AckPublishMetric");
  }
  const auto latest = world.gateway().telemetry().latest(arn);
  ASSERT_TRUE(latest.has_value());
  EXPECT_EQ(latest->metric.container_metrics->at(0).cpu_stats_set->max, 3.1);
  EXPECT_EQ(world.gateway().telemetry().size(), 1U);
}

TEST(TcsSession, HealthReachesTheTasksOfTheInstanceOnly) {
  World world;
  world.put_task("t1");
  const auto socket = world.connect(World::tcs_target());
  world.send(*socket,
             std::string(kHeaders) +
                 R"({"type":"PublishHealthRequest","message":{"tasks":[)"
                 R"({"taskArn":"arn:aws:ecs:us-east-1:123456789012:task/default/t1","containers":)"
                 R"([{"containerName":"app","healthStatus":"HEALTHY","statusSince":1795218328.17}]},)"
                 R"({"taskArn":"arn:aws:ecs:us-east-1:123456789012:task/default/unknown","containers":)"
                 R"([{"containerName":"app","healthStatus":"UNHEALTHY"}]}]}})");
  EXPECT_EQ(type_of(world.receive(*socket)), "AckPublishHealth");
  world.run_for(1s);
  EXPECT_EQ(world.task("t1").health_status, model::ecs::HealthStatus::healthy);
}

TEST(TcsSession, BeatsEachMinuteAndSurvivesGarbage) {
  World world;
  const auto socket = world.connect(World::tcs_target());
  world.send(*socket, "no json\r\n\r\n{");
  EXPECT_EQ(type_of(world.receive(*socket)), "ErrorMessage");
  EXPECT_EQ(type_of(world.receive(*socket, 61s)), "HeartbeatMessage");
  EXPECT_EQ(type_of(world.receive(*socket, 61s)), "HeartbeatMessage");
}

TEST(TelemetryStore, ForgetsTheTaskThatWasLongestSilent) {
  TelemetryStore store(2);
  store.put("a", {});
  store.put("b", {});
  store.put("a", {});
  store.put("c", {});
  EXPECT_TRUE(store.latest("a").has_value());
  EXPECT_FALSE(store.latest("b").has_value());
  EXPECT_TRUE(store.latest("c").has_value());
}

TEST(TcsSession, KeepsNoMoreOfMetricsThanTheirFigures) {
  World world;
  const auto socket = world.connect(World::tcs_target());
  const std::string arn = "arn:aws:ecs:us-east-1:123456789012:task/default/t1";
  const std::string text(10'000, 'x');
  std::string containers;
  for (int i = 0; i < 100; ++i)
    containers += std::string(i == 0 ? "" : ",") + R"({"containerName":")" + text + R"(","containerArn":")" +
                  text + R"(","cpuStatsSet":{"min":0,"max":1,"sampleCount":1,"sum":1}})";
  world.send(*socket, R"({"type":"PublishMetricsRequest","message":{"taskMetrics":[{"taskArn":")" + arn +
                          R"(","taskDefinitionFamily":")" + text + R"(","containerMetrics":[)" + containers +
                          "]}]}}");
  EXPECT_EQ(type_of(world.receive(*socket)), "AckPublishMetric");
  const auto latest = world.gateway().telemetry().latest(arn);
  ASSERT_TRUE(latest.has_value());
  EXPECT_FALSE(latest->metric.task_definition_family);
  EXPECT_EQ(latest->metric.container_metrics->size(), 20U);
  EXPECT_EQ(latest->metric.container_metrics->at(0).container_name->size(), 255U);
  EXPECT_FALSE(latest->metric.container_metrics->at(0).container_arn);
}

}  // namespace
}  // namespace berth::gateway
