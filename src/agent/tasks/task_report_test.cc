// Goal: what the control plane is told keeps both ends of long reasons. Method: a report rendered and read.
#include "agent/tasks/task_report.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace berth::agent::tasks {
namespace {

TEST(TaskReport, ReasonsKeepBothEnds) {
  engine::TaskSpec task;
  task.arn = "arn:aws:ecs:us-east-1:123456789012:task/web/1";
  task.containers.resize(1);
  task.containers[0].name = "main";
  const std::string reason =
      "CannotStartContainerError: " + std::string(3'000, 'x') + ": port is already allocated";
  engine::StateChange change;
  change.status = engine::Status::stopped;
  change.reason = reason;
  change.containers.resize(1);
  change.containers[0].status = engine::Status::stopped;
  change.containers[0].reason = reason;
  const auto body = parse_json(render_report(task, change, false)).value().as_object();
  const auto& container = body.at("containers").as_array().at(0).as_object();
  for (const auto& text : {body.at("reason").as_string(), container.at("reason").as_string()}) {
    EXPECT_EQ(text.size(), kReasonMax);
    EXPECT_TRUE(std::string_view(text).starts_with("CannotStartContainerError: "));
    EXPECT_TRUE(std::string_view(text).ends_with(": port is already allocated"));
  }
}

}  // namespace
}  // namespace berth::agent::tasks
