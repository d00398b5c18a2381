// Goal: a container's health is told with the moment since which it holds, however long ago that was.
// Method: inspects as Docker gives them, whose log of checks reaches back only so far.
#include <gtest/gtest.h>

#include "agent/engine/engine.h"
#include "model/acs/codec.h"

namespace berth::agent::engine {
namespace {

class HealthTest : public testing::Test {
 protected:
  HealthTest() {
    const auto task = model::decode_json<model::acs::Task>(
        R"({"arn":"arn:aws:ecs:us-east-1:1:task/default/t1","family":"f","version":"1",
            "containers":[{"name":"web","image":"b","healthCheckType":"docker"}]})");
    Prng random(1);
    task_ = make_task_state(make_task_spec(task.value()).value(), Status::running, false, random);
    task_.containers[0].docker_id = "id";
    task_.containers[0].known = Status::running;
    task_.containers[0].started_at = WallTime{1000};
  }
  std::optional<WallTime> observe(HealthStatus status, std::optional<WallTime> since, WallTime now,
                                  WallTime started = WallTime{1000}) {
    ContainerInfo info;
    info.id = "id";
    info.phase = ContainerPhase::running;
    info.started_at = started;
    info.health.status = status;
    info.health.since = since;
    (void)apply(task_, Observed{0, info}, now, {});
    return task_.containers[0].health.since;
  }
  TaskState task_;
};

TEST_F(HealthTest, HoldsSinceItBegan) {
  EXPECT_EQ(observe(HealthStatus::starting, std::nullopt, WallTime{1100}), WallTime{1100});
  EXPECT_EQ(observe(HealthStatus::healthy, WallTime{5000}, WallTime{5100}), WallTime{5000});
  EXPECT_EQ(observe(HealthStatus::healthy, WallTime{90000}, WallTime{100000}), WallTime{5000});
  EXPECT_EQ(observe(HealthStatus::unhealthy, WallTime{100500}, WallTime{101000}), WallTime{100500});
  EXPECT_EQ(observe(HealthStatus::healthy, WallTime{102000}, WallTime{102100}), WallTime{102000});
}

TEST_F(HealthTest, ARestartedContainerBeginsAnew) {
  EXPECT_EQ(observe(HealthStatus::healthy, WallTime{5000}, WallTime{5100}), WallTime{5000});
  EXPECT_EQ(observe(HealthStatus::healthy, WallTime{9000}, WallTime{9100}, WallTime{8000}), WallTime{9000});
}

TEST_F(HealthTest, AContainerWithoutACheckHasNone) {
  EXPECT_EQ(observe(HealthStatus::none, std::nullopt, WallTime{1100}), std::nullopt);
}

}  // namespace
}  // namespace berth::agent::engine
