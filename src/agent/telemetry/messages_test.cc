// Goal: telemetry messages have the real form: ten tasks each, one message id, `fin` on the last, idle
// without tasks. Method: rendered messages, read back.
#include "agent/telemetry/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace berth::agent::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

const Round kRound{"default", "arn:ci", "m1", {1'700'000'000'500}};

TEST(Messages, IdleInstance) {
  const auto messages = render_metrics(kRound, {});
  ASSERT_EQ(messages.size(), 1U);
  const auto json = parse_json(messages[0]).value();
  EXPECT_EQ(json.at("type").as_string(), "PublishMetricsRequest");
  EXPECT_TRUE(json.at("message").at("metadata").at("idle").as_bool());
  EXPECT_TRUE(json.at("message").at("metadata").at("fin").as_bool());
  EXPECT_DOUBLE_EQ(json.at("message").at("timestamp").to_number<double>(), 1'700'000'000.5);
  EXPECT_THAT(messages[0], Not(HasSubstr("taskMetrics")));
}

TEST(Messages, TenTasksEach) {
  std::vector<model::tcs::TaskMetric> tasks(20);
  EXPECT_EQ(render_metrics(kRound, tasks).size(), 2U);
  tasks.resize(21);
  const auto messages = render_metrics(kRound, tasks);
  ASSERT_EQ(messages.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto json = parse_json(messages[i]).value();
    EXPECT_EQ(json.at("message").at("metadata").at("fin").as_bool(), i == 2);
    EXPECT_EQ(json.at("message").at("taskMetrics").as_array().size(), i == 2 ? 1U : 10U);
  }
}

TEST(Messages, HealthOfRunningContainersWithACheck) {
  engine::TaskState task;
  task.spec.arn = "arn:task";
  task.spec.containers.resize(3);
  task.containers.resize(3);
  for (std::size_t i = 0; i < 3; ++i) task.spec.containers[i].name = "c" + std::to_string(i);
  task.spec.containers[0].health_check = task.spec.containers[2].health_check = true;
  task.containers[0].known = task.containers[1].known = engine::Status::running;
  task.containers[0].health.status = engine::HealthStatus::starting;
  const auto messages = render_health(kRound, {&task});
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_THAT(messages[0], HasSubstr(R"("containerName":"c0","healthStatus":"UNKNOWN")"));
  EXPECT_THAT(messages[0], Not(HasSubstr("c1")));
  EXPECT_THAT(messages[0], Not(HasSubstr("c2")));
  task.containers[0].health.status = engine::HealthStatus::unhealthy;
  EXPECT_THAT(render_health(kRound, {&task})[0], HasSubstr("UNHEALTHY"));
  task.spec.containers[0].health_check = false;
  EXPECT_TRUE(render_health(kRound, {&task}).empty());
}

TEST(Messages, EngineStatus) {
  EXPECT_THAT(render_instance_status(kRound, {}),
              HasSubstr(R"("type":"ContainerRuntime","status":"INITIALIZING")"));
}

}  // namespace
}  // namespace berth::agent::telemetry
