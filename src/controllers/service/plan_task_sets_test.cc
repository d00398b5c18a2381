// Goal: each task set of an EXTERNAL service gets its part of the desired count, gives it back, and goes with
// its last task. Method: plan() over made-up facts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "controllers/service/plan.h"
#include "scheduling/task_sets.h"

namespace berth::controllers::service {
namespace {

using ::testing::SizeIs;

class TaskSetPlan : public ::testing::Test {
 protected:
  TaskSetPlan() {
    service_.name = "web";
    service_.status = domain::ServiceStatus::active;
    service_.scheduling_strategy = model::ecs::SchedulingStrategy::replica;
    service_.desired_count = 4;
    service_.deployment_controller = model::ecs::DeploymentControllerType::external;
  }
  domain::TaskSetState& set(double percent) {
    domain::TaskDefinitionRecord definition;
    definition.family = "f";
    definition.revision = 1;
    auto& set = scheduling::begin_task_set(service_, definition, ++last_set_, now_);
    set.scale.emplace();
    set.scale->value = percent;
    return set;
  }
  void add_running(const domain::TaskSetState& set, int count) {
    for (int i = 0; i < count; ++i) {
      TaskFact task;
      task.id = "t" + std::to_string(tasks_.size());
      task.deployment_id = set.deployment.id;
      task.running = true;
      task.started_at = now_;
      tasks_.push_back(task);
    }
  }
  ServicePlan step() {
    Facts facts{service_, tasks_, {}, {}, false, now_};
    ServicePlan made = plan(facts);
    service_ = made.after;
    return made;
  }

  domain::ServiceRecord service_;
  std::vector<TaskFact> tasks_;
  WallTime now_{1'800'000'000'000};
  std::uint64_t last_set_ = 0;
};

TEST_F(TaskSetPlan, StartsWhatIsMissing) {
  const std::string id = set(50).deployment.id;
  const auto plan = step();
  EXPECT_EQ(plan.starts, 2);
  EXPECT_EQ(plan.start_task_set, id);
  EXPECT_EQ(service_.task_sets->front().deployment.desired_count, 2);
}

TEST_F(TaskSetPlan, SetsTakeTurns) {
  set(50);
  set(50);
  std::set<std::string> started;
  for (int second = 0; second < 2; ++second) {
    const auto plan = step();
    started.insert(plan.start_task_set);
    EXPECT_EQ(plan.look_again, now_ + std::chrono::seconds(1));
    now_ = now_ + std::chrono::seconds(1);
  }
  EXPECT_THAT(started, SizeIs(2));
}

TEST_F(TaskSetPlan, StopsWhatIsTooMuchAndNoticesWhenItIsSteady) {
  add_running(set(100), 4);
  EXPECT_TRUE(step().stops.empty());
  EXPECT_EQ(service_.task_sets->front().stability_changed_at, now_);
  service_.desired_count = 1;
  EXPECT_THAT(step().stops, SizeIs(3));
  EXPECT_FALSE(service_.task_sets->front().stability_changed_at);
}

TEST_F(TaskSetPlan, LeavesProtectedTasks) {
  add_running(set(100), 4);
  for (auto& task : tasks_) task.protected_until = now_ + std::chrono::minutes(1);
  service_.desired_count = 1;
  const auto plan = step();
  EXPECT_TRUE(plan.stops.empty());
  EXPECT_EQ(plan.look_again, now_ + std::chrono::minutes(1));
}

TEST_F(TaskSetPlan, ADeletedSetGoesWithItsLastTask) {
  add_running(set(100), 2);
  service_.task_sets->front().draining = true;
  EXPECT_THAT(step().stops, SizeIs(2));
  ASSERT_THAT(*service_.task_sets, SizeIs(1));
  tasks_.clear();
  step();
  EXPECT_THAT(*service_.task_sets, SizeIs(0));
}

TEST_F(TaskSetPlan, ReplacesBeforeItStopsOnAnInstanceThatLeaves) {
  add_running(set(25), 1);
  tasks_[0].host_leaves = true;
  auto plan = step();
  EXPECT_TRUE(plan.stops.empty());
  EXPECT_EQ(plan.starts, 1);
  add_running(service_.task_sets->front(), 1);
  plan = step();
  ASSERT_THAT(plan.stops, SizeIs(1));
  EXPECT_EQ(plan.stops[0].task, 0U);
  EXPECT_EQ(plan.starts, 0);
}

}  // namespace
}  // namespace berth::controllers::service
