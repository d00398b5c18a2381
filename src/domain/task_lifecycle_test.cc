#include "domain/task_lifecycle.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "domain/testing.h"
#include "domain/text_bounds.h"

namespace berth::domain {
namespace {

using model::ecs::TaskStopCode;
using testing::pending_task;

TaskRecord after(const TaskRecord& task, const TaskEvent& event, Writer writer, std::int64_t ms = 2000) {
  auto result = apply_task_transition(task, event, writer, WallTime{ms});
  EXPECT_TRUE(result.ok());
  EXPECT_TRUE(result->has_value());
  return **result;
}

AgentReport report(TaskStatus status, std::vector<ContainerReport> containers = {}, std::string reason = {}) {
  AgentReport report;
  report.status = status;
  report.reason = std::move(reason);
  report.containers = std::move(containers);
  return report;
}

ContainerReport stopped(std::optional<std::int32_t> code, std::optional<std::string> reason = std::nullopt) {
  return {"main",      ContainerStatus::stopped, code, std::move(reason), std::nullopt, std::nullopt,
          std::nullopt};
}

// Goal: each edge of the diagram does what it says, and what comes late or twice changes nothing.
TEST(TaskLifecycle, RunsAndStopsByItself) {
  auto task = after(pending_task(), report(TaskStatus::running), Writer::agent, 2000);
  EXPECT_EQ(task.last_status, TaskStatus::running);
  EXPECT_EQ(task.started_at, WallTime{2000});
  task = after(task, report(TaskStatus::stopped, {stopped(0)}), Writer::agent, 3000);
  EXPECT_EQ(task.last_status, TaskStatus::stopped);
  EXPECT_EQ(task.desired_status, TaskStatus::stopped);
  EXPECT_EQ(task.stop_code, TaskStopCode::essential_container_exited);
  EXPECT_EQ(task.stopped_reason, "Essential container in task exited");
  EXPECT_EQ(task.containers[0].exit_code, 0);
  EXPECT_EQ(task.stopped_at, WallTime{3000});
  const auto again = apply_task_transition(task, report(TaskStatus::running), Writer::agent, WallTime{4000});
  EXPECT_FALSE(again->has_value());
}

TEST(TaskLifecycle, NeverStartedIsTaskFailedToStart) {
  const auto task = after(
      pending_task(), report(TaskStatus::stopped, {stopped(std::nullopt, "CannotPullContainerError: no")}),
      Writer::agent);
  EXPECT_EQ(task.stop_code, TaskStopCode::task_failed_to_start);
  EXPECT_EQ(task.stopped_reason, "Task failed to start");
  EXPECT_EQ(task.containers[0].reason, "CannotPullContainerError: no");
}

ContainerReport stopped_as(std::string name, std::optional<std::int32_t> code,
                           std::optional<std::string> reason = std::nullopt) {
  ContainerReport report = stopped(code, std::move(reason));
  report.name = std::move(name);
  return report;
}

// Goal: what never started is told from what ran and ended, also when a sidecar ran meanwhile.
TEST(TaskLifecycle, AnEssentialContainerThatFailsToStartBesideARunningSidecarIsTaskFailedToStart) {
  auto task = pending_task();
  task.containers.push_back(task.containers[0]);
  task.containers[1].name = "side";
  const auto code = [&](std::vector<ContainerReport> containers, std::string reason = {}) {
    return *after(task, report(TaskStatus::stopped, std::move(containers), std::move(reason)), Writer::agent)
                .stop_code;
  };
  const auto side = stopped_as("side", 137);
  const auto main_with = [&](std::optional<std::int32_t> exit, const char* reason) {
    return std::vector{stopped_as("main", exit, reason), side};
  };
  EXPECT_EQ(code(main_with({}, "CannotPullContainerError: no")), TaskStopCode::task_failed_to_start);
  EXPECT_EQ(code(main_with({}, "CannotStartContainerError: no")), TaskStopCode::task_failed_to_start);
  EXPECT_EQ(code(main_with({}, "DockerTimeoutError: pulled")), TaskStopCode::task_failed_to_start);
  EXPECT_EQ(code(main_with(143, "CannotStartContainerError: dependency graph: …")),
            TaskStopCode::task_failed_to_start);
  EXPECT_EQ(code(main_with(0, "CannotStartContainerError: an agent of 2015")),
            TaskStopCode::task_failed_to_start);
  EXPECT_EQ(code({stopped_as("main", {}), side}, "ResourceInitializationError: no volume"),
            TaskStopCode::task_failed_to_start);
  // Each of these ran, and ended the task.
  EXPECT_EQ(code({stopped_as("main", 1), stopped_as("side", {})}), TaskStopCode::essential_container_exited);
  EXPECT_EQ(code(main_with(137, "OutOfMemoryError: Container killed due to memory usage")),
            TaskStopCode::essential_container_exited);
  EXPECT_EQ(code(main_with(1, "CannotPullContainerError: but there was an older image")),
            TaskStopCode::essential_container_exited);
  // Only what is not essential ran.
  task.containers[1].essential = false;
  EXPECT_EQ(code({stopped_as("main", {}), side}), TaskStopCode::task_failed_to_start);
}

TEST(TaskLifecycle, StopKeepsItsReasonWhenTheAgentConfirms) {
  auto task = after(pending_task(), report(TaskStatus::running), Writer::agent);
  task = after(task, StopRequested{TaskStopCode::user_initiated, "enough"}, Writer::api);
  EXPECT_EQ(task.last_status, TaskStatus::running);
  EXPECT_EQ(task.desired_status, TaskStatus::stopped);
  task = after(task, report(TaskStatus::stopped, {stopped(137)}), Writer::agent);
  EXPECT_EQ(task.stop_code, TaskStopCode::user_initiated);
  EXPECT_EQ(task.stopped_reason, "enough");
}

TEST(TaskLifecycle, InstanceGoneStopsFromAnyStatus) {
  const InstanceGone gone{TaskStopCode::termination_notice, "Host EC2 (instance i-0123) terminated."};
  for (auto task : {pending_task(), after(pending_task(), report(TaskStatus::running), Writer::agent)}) {
    task = after(task, gone, Writer::api);
    EXPECT_EQ(task.last_status, TaskStatus::stopped);
    EXPECT_EQ(task.stopped_reason, gone.reason);
  }
}

TEST(TaskLifecycle, StaleExitCodeOfARunningContainerIsNotBelieved) {
  const ContainerReport running{
      "main",      ContainerStatus::running, 0, "CannotPullContainerError: x", std::nullopt, std::nullopt,
      std::nullopt};
  const auto task = after(pending_task(), report(TaskStatus::running, {running}), Writer::agent);
  EXPECT_EQ(task.last_status, TaskStatus::running);
  EXPECT_FALSE(task.containers[0].exit_code.has_value());
  EXPECT_EQ(task.containers[0].reason, "CannotPullContainerError: x");
}

TEST(TaskLifecycle, HealthIsThatOfEssentialContainersWithAHealthCheck) {
  auto task = pending_task();
  task.containers[0].has_health_check = true;
  task = after(task, report(TaskStatus::running), Writer::agent);
  task = after(task, HealthReport{{{"main", model::ecs::HealthStatus::unhealthy}}}, Writer::agent);
  EXPECT_EQ(task.health_status, model::ecs::HealthStatus::unhealthy);
  task = after(task, HealthReport{{{"main", model::ecs::HealthStatus::healthy}}}, Writer::agent);
  EXPECT_EQ(task.health_status, model::ecs::HealthStatus::healthy);
}

// Goal: the store's check is the table of docs/design/task-lifecycle.md.
TEST(TaskWrite, OnlyOwnersMayMoveAStatus) {
  const auto pending = pending_task();
  auto running = pending;
  running.last_status = TaskStatus::running;
  auto done = running;
  done.last_status = done.desired_status = TaskStatus::stopped;
  EXPECT_TRUE(check_task_write(nullptr, &pending, Writer::api).ok());
  EXPECT_FALSE(check_task_write(nullptr, &pending, Writer::agent).ok());
  EXPECT_FALSE(check_task_write(nullptr, &running, Writer::api).ok());
  EXPECT_TRUE(check_task_write(&pending, &running, Writer::agent).ok());
  EXPECT_FALSE(check_task_write(&pending, &running, Writer::service_scheduler).ok());
  EXPECT_FALSE(check_task_write(&running, &pending, Writer::agent).ok());
  EXPECT_FALSE(check_task_write(&running, &done, Writer::service_scheduler).ok());
  EXPECT_TRUE(check_task_write(&running, &done, Writer::instance_health).ok());
  EXPECT_FALSE(check_task_write(&done, &running, Writer::agent).ok());
  EXPECT_FALSE(check_task_write(&running, nullptr, Writer::reaper).ok());
  EXPECT_TRUE(check_task_write(&done, nullptr, Writer::reaper).ok());
  EXPECT_TRUE(check_task_write(&done, &pending, Writer::restore).ok());
}

// Goal: whatever comes in whatever order, status never goes back and STOPPED stays. Method: random events,
// many seeds.
TEST(TaskLifecycle, AnyOrderOfEventsOnlyMovesForward) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Prng prng(seed);
    auto task = pending_task();
    for (int step = 0; step < 12; ++step) {
      const TaskEvent events[] = {report(TaskStatus::pending),
                                  report(TaskStatus::running),
                                  report(TaskStatus::stopped),
                                  StopRequested{TaskStopCode::user_initiated, "r"},
                                  Delivered{},
                                  InstanceGone{TaskStopCode::termination_notice, "gone"}};
      const auto which = prng.below(prng.chance(1, 10) ? 6 : 5);
      auto result = apply_task_transition(
          task, events[which], which == 3 || which == 5 ? Writer::api : Writer::agent, WallTime{step});
      ASSERT_TRUE(result.ok());
      if (!result->has_value()) continue;
      ASSERT_GE(rank((*result)->last_status), rank(task.last_status));
      ASSERT_NE(task.last_status, TaskStatus::stopped);
      task = **result;
      if (task.last_status == TaskStatus::stopped) {
        ASSERT_TRUE(task.stop_code && task.stopped_reason && task.stopped_at);
      }
    }
  }
}

// Whatever an agent sends, a record stays small, and its reasons say how they begin and end.
TEST(AgentTexts, AreCutToSize) {
  const TaskRecord task = pending_task();
  AgentReport report;
  report.status = TaskStatus::stopped;
  const std::string long_reason = "CannotStart: " + std::string(100'000, 'x') + " is already allocated";
  report.reason = long_reason;
  ContainerReport container;
  container.name = task.containers.front().name;
  container.status = ContainerStatus::stopped;
  container.reason = long_reason;
  container.runtime_id = std::string(100'000, 'r');
  container.image_digest = std::string(100'000, 'd');
  model::ecs::NetworkBinding binding;
  binding.bind_ip = std::string(100'000, '1');
  binding.host_port_range = std::string(100'000, '2');
  binding.container_port_range = std::string(100'000, '3');
  container.network_bindings = std::vector(1'000, binding);
  report.containers = {container};
  const auto after = apply_task_transition(task, report, Writer::agent, WallTime{1});
  ASSERT_TRUE(after.ok());
  const TaskRecord& stopped = **after;
  for (const std::string& reason : {*stopped.stopped_reason, *stopped.containers.front().reason}) {
    EXPECT_EQ(reason.size(), kReasonBytesMax);
    EXPECT_TRUE(reason.starts_with("CannotStart: "));
    EXPECT_TRUE(reason.ends_with(" is already allocated"));
  }
  EXPECT_EQ(stopped.containers.front().runtime_id->size(), kAgentTextBytesMax);
  EXPECT_EQ(stopped.containers.front().image_digest->size(), kAgentTextBytesMax);
  ASSERT_EQ(stopped.containers.front().network_bindings->size(), kNetworkBindingsMax);
  for (const auto& one : *stopped.containers.front().network_bindings)
    EXPECT_LE(one.bind_ip->size() + one.host_port_range->size() + one.container_port_range->size(),
              3 * kAgentTextBytesMax);
}

}  // namespace
}  // namespace berth::domain
