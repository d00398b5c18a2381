// Goal: the times of tasks are those that were seen, with the first pull of an image on an instance apart.
#include "simulate/task_times.h"

#include <gtest/gtest.h>

#include "simulate/testing.h"

namespace berth::simulate {
namespace {

using namespace std::chrono_literals;

domain::TaskRecord new_task(const SavedState& state, const std::string& host) {
  domain::TaskRecord task;
  state.each<domain::TaskRecord>([&](const domain::TaskRecord& one) { task = one; });
  task.instance_id = host;
  return task;
}

TEST(TaskTimes, TakeTheMediansOfTheFamily) {
  const auto state = testing::three_zones().state();
  TaskTimes times(state);
  // Pulled in 1 s and running 0.5 s later, on an instance that has the image.
  EXPECT_EQ(times.start_delay(new_task(state, "h1")), Duration(1500ms));
  EXPECT_EQ(times.stop_delay(new_task(state, "h1")), kStop) << "none was seen to stop";
  const auto seen = times.seen();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].family, "web");
  EXPECT_EQ(seen[0].samples, 4U);
  EXPECT_EQ(seen[1].family, "*");
}

TEST(TaskTimes, TheFirstPullOnAnInstanceTakesTheLongestThatWasSeen) {
  auto state = testing::three_zones().state();
  for (auto& one : state.records) {
    if (one.kind != store::Kind::task) continue;
    auto task = *static_cast<const domain::TaskRecord*>(one.record.get());
    task.pull_stopped_at = *task.pull_started_at + 9s;
    task.started_at = *task.pull_stopped_at + 500ms;
    one.record = std::make_shared<const domain::TaskRecord>(task);
    break;
  }
  TaskTimes times(state);
  EXPECT_EQ(times.start_delay(new_task(state, "elsewhere")), Duration(9500ms));
  EXPECT_EQ(times.start_delay(new_task(state, "elsewhere")), Duration(1500ms)) << "now it has the image";
}

TEST(TaskTimes, WithoutAnythingSeenConstantsHold) {
  SavedState state;
  TaskTimes times(state);
  domain::TaskRecord task;
  task.instance_id = "h1";
  task.containers.emplace_back();
  task.containers[0].image = "busybox";
  EXPECT_EQ(times.start_delay(task), kColdPull + kStart);
  EXPECT_EQ(times.start_delay(task), kWarmPull + kStart);
}

}  // namespace
}  // namespace berth::simulate
