// Goal: a service's next step is right in every situation that users meet: creation, exits, scaling, rolling
// updates, health, draining, circuit breaker, daemons, deletion. Method: facts by hand, one or few plans,
// what they order and say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controllers/service/plan_testing.h"

namespace berth::controllers::service {
namespace {

using namespace std::chrono_literals;
using model::ecs::DeploymentRolloutState;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::PlanWorld;

// Oldest out, newest first.
TEST(ServiceEvents, AreTheNewestSoMany) {
  domain::ServiceRecord service;
  domain::Limits limits;
  limits.events_per_service = 2;
  for (const char* id : {"1", "2", "3"}) scheduling::add_event(service, id, WallTime{1}, "steady", limits);
  ASSERT_EQ(service.events->size(), 2U);
  EXPECT_EQ(service.events->at(0).id, "3");
  EXPECT_EQ(service.events->at(1).id, "2");
}

TEST(ServicePlan, StartsWhatIsMissing) {
  PlanWorld world(3);
  EXPECT_EQ(world.step().starts, 3);
  world.add_running(world.primary().id, 2);
  EXPECT_EQ(world.step().starts, 1);
}

TEST(ServicePlan, IsCompleteAndSteadyWhenAllRun) {
  PlanWorld world(2);
  world.add_running(world.primary().id, 2);
  const auto plan = world.step();
  EXPECT_EQ(plan.starts, 0);
  EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::completed);
  EXPECT_THAT(plan.events,
              ElementsAre("(service web) (deployment ecs-svc/0000000000000000001) deployment completed.",
                          "(service web) has reached a steady state."));
  EXPECT_TRUE(world.step().events.empty()) << "said once";
}

TEST(ServicePlan, ATaskThatHasJustBegunIsNotYetTrusted) {
  PlanWorld world(1);
  world.add_task(world.primary().id, true).started_at = world.now;
  EXPECT_EQ(world.step().look_again, world.now + kSettleTime);
  EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::in_progress);
  world.now = world.now + kSettleTime;
  world.step();
  EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::completed);
}

TEST(ServicePlan, ReplacesAnExitAtOnce) {
  PlanWorld world(2);
  world.add_running(world.primary().id, 1);
  world.complete();
  world.exits.push_back({world.primary().id, world.now - 1h, world.now});
  EXPECT_EQ(world.step().starts, 1);
  EXPECT_EQ(world.primary().failed_tasks, 0) << "it had run long enough";
}

TEST(ServicePlan, ScalesInAndSaysSo) {
  PlanWorld world(1);
  world.add_running(world.primary().id, 2);
  world.add_task(world.primary().id, false);
  world.complete();
  const auto plan = world.step();
  ASSERT_EQ(plan.stops.size(), 2U);
  EXPECT_EQ(plan.stops[0].task, 2U) << "what does not serve goes first";
  EXPECT_THAT(plan.stops[0].reason, HasSubstr("Scaling activity initiated by (deployment ecs-svc/"));
  EXPECT_THAT(plan.events,
              Contains(HasSubstr("(service web) has stopped 2 running tasks: (task t3) (task t")));
}

TEST(ServicePlan, ProtectedTasksAreLeftUntilTheirProtectionEnds) {
  PlanWorld world(1);
  world.add_running(world.primary().id, 3);
  world.complete();
  world.tasks[0].protected_until = world.tasks[2].protected_until = world.now + 10min;
  auto plan = world.step();
  ASSERT_EQ(plan.stops.size(), 1U);
  EXPECT_EQ(plan.stops[0].task, 1U);
  EXPECT_EQ(plan.look_again, world.now + 10min);
  world.remove_stopping();
  world.now = world.now + 10min;
  EXPECT_EQ(world.step().stops.size(), 1U);
}

TEST(ServicePlan, RollsStartFirst) {
  PlanWorld world(2);
  const std::string old = world.primary().id;
  world.add_running(old, 2);
  world.complete();
  const std::string fresh = world.deploy();
  auto plan = world.step();
  EXPECT_EQ(plan.starts, 2) << "200 %";
  EXPECT_TRUE(plan.stops.empty());
  world.add_running(fresh, 1);
  world.add_task(fresh, false);
  plan = world.step();
  EXPECT_EQ(plan.stops.size(), 1U) << "one new one serves, one old one may go";
  world.remove_stopping();
  world.tasks.back().running = true;
  world.tasks.back().started_at = world.now - 1min;
  plan = world.step();
  EXPECT_EQ(plan.stops.size(), 1U);
  EXPECT_EQ(world.service.deployments.size(), 2U) << "the old one is there until its last task stopped";
  world.remove_stopping();
  world.step();
  ASSERT_EQ(world.service.deployments.size(), 1U);
  EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::completed);
}

TEST(ServicePlan, OneAtATimeAsTheGuideSays) {
  PlanWorld world(3);
  world.compat = domain::Compat::guide_2015;
  const std::string old = world.primary().id;
  world.add_running(old, 3);
  world.complete();
  const std::string fresh = world.deploy();
  EXPECT_EQ(world.step().starts, 1);
  world.add_running(fresh, 1);
  const auto plan = world.step();
  EXPECT_EQ(plan.stops.size(), 1U);
  EXPECT_EQ(plan.starts, 0) << "four tasks exist until the old one has stopped";
  world.remove_stopping();
  EXPECT_EQ(world.step().starts, 1);
}

TEST(ServicePlan, StopsFirstOnlyWhereTheBoundsLeaveNoOtherWay) {
  PlanWorld world(2);
  world.percents(50, 100);
  world.add_running(world.primary().id, 2);
  world.complete();
  world.deploy();
  auto plan = world.step();
  EXPECT_EQ(plan.starts, 0);
  EXPECT_EQ(plan.stops.size(), 1U);
  world.remove_stopping();
  plan = world.step();
  EXPECT_EQ(plan.starts, 1);
  EXPECT_TRUE(plan.stops.empty());
}

TEST(ServicePlan, WithoutPlaceForNewTasksOldOnesMakeRoom) {
  PlanWorld world(2);
  world.percents(50, 200);
  world.add_running(world.primary().id, 2);
  world.complete();
  world.deploy();
  EXPECT_TRUE(world.step().stops.empty());
  world.blocked = true;
  EXPECT_EQ(world.step().stops.size(), 1U);
}

TEST(ServicePlan, SaysWhenBoundsBlockADeployment) {
  PlanWorld world(1);
  world.percents(100, 150);
  world.add_running(world.primary().id, 1);
  world.complete();
  world.deploy();
  const auto plan = world.step();
  EXPECT_EQ(plan.starts, 0);
  EXPECT_TRUE(plan.stops.empty());
  EXPECT_THAT(plan.events, Contains(HasSubstr("was unable to stop or start tasks during a deployment")));
}

TEST(ServicePlan, DrainingInstancesAreLeftWithinTheBounds) {
  PlanWorld world(2);
  world.add_running(world.primary().id, 2);
  world.complete();
  world.tasks[0].host_leaves = true;
  auto plan = world.step();
  EXPECT_EQ(plan.starts, 1);
  EXPECT_TRUE(plan.stops.empty());
  world.add_running(world.primary().id, 1);
  plan = world.step();
  ASSERT_EQ(plan.stops.size(), 1U);
  EXPECT_EQ(plan.stops[0].task, 0U);
}

TEST(ServicePlan, UnhealthyTasksAreStoppedAndReplaced) {
  PlanWorld world(1);
  world.service.health_check_grace_period_seconds = 60;
  auto& task = world.add_task(world.primary().id, true);
  task.health = Health::unhealthy;
  task.started_at = world.now - 30s;
  EXPECT_EQ(world.step().look_again, world.now + 30s) << "within the grace period";
  world.now = world.now + 30s;
  const auto plan = world.step();
  ASSERT_EQ(plan.stops.size(), 1U);
  EXPECT_EQ(plan.stops[0].reason, "Task failed container health checks");
  EXPECT_EQ(plan.starts, 1);
  EXPECT_EQ(world.primary().failed_tasks, 1);
  EXPECT_THAT(plan.events, Contains("(service web) (task t1) failed container health checks."));
}

TEST(ServicePlan, PausesGrowWhileTasksKeepFailing) {
  PlanWorld world(1);
  Duration pause{0};
  for (int failure = 1; failure <= 6; ++failure) {
    world.exits.push_back({world.primary().id, std::nullopt, world.now});
    const auto plan = world.step();
    if (failure == 1) {
      EXPECT_EQ(plan.starts, 1) << "the first failure is retried at once";
      continue;
    }
    EXPECT_EQ(plan.starts, 0);
    const Duration next = *world.primary().next_start_at - world.now;
    EXPECT_GT(next, pause);
    pause = next;
    world.now = *world.primary().next_start_at;
    EXPECT_EQ(world.step().starts, 1);
  }
  EXPECT_EQ(scheduling::retry_delay(1000, 1), scheduling::kRetryDelayMax);
}

TEST(ServicePlan, SaysThatTasksKeepFailing) {
  PlanWorld world(1);
  world.exits = {{world.primary().id, std::nullopt, world.now},
                 {world.primary().id, std::nullopt, world.now}};
  world.last_failure = "(task t9) stopped: CannotPullContainerError";
  EXPECT_THAT(world.step().events,
              ElementsAre("(service web) is unable to consistently start tasks successfully. (task t9) "
                          "stopped: CannotPullContainerError"));
  EXPECT_TRUE(world.step().events.empty());
}

TEST(ServicePlan, ATaskThatStaysUpEndsThePauses) {
  PlanWorld world(2);
  for (int i = 0; i < 5; ++i) world.exits.push_back({world.primary().id, std::nullopt, world.now});
  world.step();
  world.now = world.now + 1h;
  world.add_task(world.primary().id, true).started_at = world.now - 11s;
  world.step();
  EXPECT_EQ(world.primary().failed_tasks, 0);
}

TEST(ServicePlan, TheBreakerStopsADeploymentThatFails) {
  PlanWorld world(2);
  world.breaker(false);
  for (int i = 0; i < 3; ++i) world.exits.push_back({world.primary().id, std::nullopt, world.now});
  const auto plan = world.step();
  EXPECT_EQ(plan.starts, 0);
  EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::failed);
  EXPECT_EQ(world.primary().rollout_state_reason, "ECS deployment circuit breaker: tasks failed to start.");
  EXPECT_THAT(plan.events, Contains(HasSubstr("deployment failed: tasks failed to start.")));
}

TEST(ServicePlan, TheBreakerRollsBack) {
  PlanWorld world(4);
  world.breaker(true);
  const std::string good = world.primary().id;
  world.add_running(good, 4);
  world.complete();
  const std::string bad = world.deploy();
  world.add_task(bad, false);
  for (int i = 0; i < 3; ++i) world.exits.push_back({bad, std::nullopt, world.now});
  const auto plan = world.step();
  EXPECT_EQ(world.primary().id, good);
  EXPECT_EQ(plan.starts, 0);
  ASSERT_EQ(plan.stops.size(), 1U);
  EXPECT_EQ(plan.stops[0].task, 4U);
  EXPECT_THAT(plan.events, Contains("(service web) rolling back to deployment " + good + "."));
  world.remove_stopping();
  world.step();
  ASSERT_EQ(world.service.deployments.size(), 1U) << "the failed one disappears too";
  EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::completed);
}

TEST(ServicePlan, ARollbackIsSeenBeforeItIsComplete) {
  PlanWorld world(4);
  world.breaker(true);
  const std::string good = world.primary().id;
  world.add_running(good, 4);
  world.complete();
  const std::string bad = world.deploy();
  for (int i = 0; i < 3; ++i) world.exits.push_back({bad, std::nullopt, world.now});
  world.step();
  EXPECT_EQ(world.primary().id, good);
  EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::in_progress);
  ASSERT_EQ(world.service.deployments.size(), 2U) << "its records follow from what is seen to fail";
  world.step();
  EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::completed);
  EXPECT_EQ(world.service.deployments.size(), 1U);
}

const WhyNot kNoRoom{"The closest matching (container-instance i1) has insufficient memory available.",
                     "Of 1 container instance, 1 lacks memory (needs 2 MiB, most free is 1)."};

TEST(ServicePlan, SaysInTodaysWordsWhatFoundNoPlaceAndBerthsReasonAfterThem) {
  PlanWorld world(1);
  EXPECT_THAT(
      world.step_unplaced(kNoRoom).events,
      Contains(
          "(service web) was unable to place a task because no container instance met all of its "
          "requirements. The closest matching (container-instance i1) has insufficient memory available. "
          "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide. Of 1 "
          "container instance, 1 lacks memory (needs 2 MiB, most free is 1)."));
}

TEST(ServicePlan, TheGuidesSentenceEndsAtItsFullStop) {
  PlanWorld world(1);
  world.compat = domain::Compat::guide_2015;
  EXPECT_THAT(world.step_unplaced(kNoRoom).events,
              Contains("(service web) was unable to place a task because the resources could not be found."));
}

TEST(ServicePlan, IsSteadyAgainAfterAScaleInOnceTheSurplusHasStopped) {
  PlanWorld world(2);
  world.add_running(world.primary().id, 2);
  world.complete();
  world.service.desired_count = 1;
  EXPECT_THAT(world.step().events, ElementsAre(::testing::HasSubstr("has stopped 1 running tasks")));
  EXPECT_FALSE(world.service.steady_since) << "the task still runs";
  std::erase_if(world.tasks, [](const TaskFact& task) { return !task.wanted; });
  EXPECT_THAT(world.step().events, ElementsAre("(service web) has reached a steady state."));
}

TEST(ServicePlan, IsSteadyAgainAfterAScaleToZero) {
  PlanWorld world(2);
  world.add_running(world.primary().id, 2);
  world.complete();
  world.service.desired_count = 0;
  world.step();
  EXPECT_FALSE(world.service.steady_since);
  world.tasks.clear();
  EXPECT_THAT(world.step().events, ElementsAre("(service web) has reached a steady state."));
}

TEST(ServicePlan, TheBreakerCountsTasksThatFindNoPlace) {
  PlanWorld world(2);
  world.breaker(false);
  for (int told = 1; told <= 3; ++told) {
    EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::in_progress);
    EXPECT_THAT(world.step_unplaced(kNoRoom).events,
                Contains(::testing::HasSubstr("was unable to place a task")));
    EXPECT_EQ(world.primary().failed_tasks, told);
    if (told == 3) break;
    EXPECT_TRUE(world.step_unplaced(kNoRoom).events.empty()) << "said at most every 90 s";
    world.now = world.now + kUnableToPlaceEvery;
  }
  EXPECT_EQ(world.step().starts, 0);
  EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::failed);
}

TEST(ServicePlan, ADeploymentWithARunningTaskDoesNotFailForLackOfRoom) {
  PlanWorld world(4);
  world.breaker(true);
  world.add_running(world.primary().id, 3);
  for (int told = 0; told < 5; ++told) {
    world.step_unplaced(kNoRoom);
    world.now = world.now + kUnableToPlaceEvery;
  }
  EXPECT_EQ(world.primary().failed_tasks, 0);
  EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::in_progress);
}

TEST(ServicePlan, BakesBeforeItIsComplete) {
  PlanWorld world(1);
  world.service.deployment_configuration.emplace().bake_time_in_minutes = 5;
  world.add_running(world.primary().id, 1);
  auto plan = world.step();
  EXPECT_EQ(plan.look_again, world.now + 5min);
  EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::in_progress);
  world.now = world.now + 4min;
  world.tasks[0].running = false;
  world.step();
  world.tasks[0].running = true;
  world.now = world.now + 1min;
  world.step();
  EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::in_progress) << "begins anew";
  world.now = world.now + 5min;
  world.step();
  EXPECT_EQ(world.primary().rollout_state, DeploymentRolloutState::completed);
}

TEST(ServicePlan, TheThresholdFollowsTheDesiredCount) {
  EXPECT_EQ(scheduling::breaker_threshold(1), 3);
  EXPECT_EQ(scheduling::breaker_threshold(10), 5);
  EXPECT_EQ(scheduling::breaker_threshold(25), 13);
  EXPECT_EQ(scheduling::breaker_threshold(5000), 200);
}

TEST(ServicePlan, ADaemonRunsOnceOnEachInstance) {
  PlanWorld world(0);
  world.service.scheduling_strategy = model::ecs::SchedulingStrategy::daemon;
  world.hosts = {{"h1", false}, {"h2", false}, {"h3", true}};
  auto plan = world.step();
  EXPECT_THAT(plan.start_hosts, ElementsAre("h1", "h2")) << "h3 does not answer";
  EXPECT_EQ(world.service.desired_count, 2) << "h3 is not waited for";
  const std::string old = world.primary().id;
  world.add_task(old, true, "h1");
  world.add_task(old, true, "h2");
  world.add_task(old, true, "gone");
  plan = world.step();
  ASSERT_EQ(plan.stops.size(), 1U);
  EXPECT_EQ(plan.stops[0].task, 2U);
}

TEST(ServicePlan, ADaemonIsReplacedInPlace) {
  PlanWorld world(0);
  world.service.scheduling_strategy = model::ecs::SchedulingStrategy::daemon;
  world.percents(50, 100);
  world.hosts = {{"h1", false}, {"h2", false}};
  world.add_task(world.primary().id, true, "h1");
  world.add_task(world.primary().id, true, "h2");
  world.complete();
  world.deploy();
  auto plan = world.step();
  EXPECT_EQ(plan.stops.size(), 1U) << "half must go on";
  EXPECT_TRUE(plan.start_hosts.empty());
  world.remove_stopping();
  plan = world.step();
  EXPECT_EQ(plan.start_hosts.size(), 1U);
}

TEST(ServicePlan, ADaemonLeavesADrainingInstanceLast) {
  PlanWorld world(0);
  world.service.scheduling_strategy = model::ecs::SchedulingStrategy::daemon;
  auto& task = world.add_task(world.primary().id, true, "h1");
  task.host_leaves = task.host_has_others = true;
  EXPECT_TRUE(world.step().stops.empty());
  world.tasks[0].host_has_others = false;
  EXPECT_EQ(world.step().stops.size(), 1U);
}

TEST(ServicePlan, ADeletedServiceBecomesInactiveWhenItsTasksAreGone) {
  PlanWorld world(2);
  world.add_running(world.primary().id, 2);
  world.service.status = domain::ServiceStatus::draining;
  EXPECT_EQ(world.step().stops.size(), 2U);
  EXPECT_EQ(world.service.status, domain::ServiceStatus::draining);
  world.remove_stopping();
  world.step();
  EXPECT_EQ(world.service.status, domain::ServiceStatus::inactive);
}

TEST(ServicePlan, StartsAndStopsSoManyAtATime) {
  PlanWorld world(500);
  const auto starting = world.step();
  EXPECT_EQ(starting.starts, kStartsMax);
  EXPECT_TRUE(starting.more_starts);
  EXPECT_FALSE(starting.look_again) << "whether the rest is tried at once depends on how these fare";
  world.add_running(world.primary().id, 600);
  world.service.desired_count = 100;
  const auto plan = world.step();
  EXPECT_EQ(plan.stops.size(), kStopsMax);
  EXPECT_EQ(plan.look_again, world.now);
}

// A world whose wall clock is set while a service waits.
struct SteppedWorld : PlanWorld {
  WallSteps noted;
  MonotonicTime monotonic{};

  explicit SteppedWorld(std::int32_t desired) : PlanWorld(desired) {
    noted.note(now, monotonic);
    steps = &noted;
  }
  void pass(Duration time) {
    now = now + time;
    monotonic = monotonic + time;
    noted.note(now, monotonic);
  }
  void set_clock(Duration by) { now = now + by; }
};

TEST(ServicePlan, PausesEndWhenTheyShouldWhateverIsDoneToTheClock) {
  for (const Duration step : {Duration(2h), Duration(-2h)}) {
    SteppedWorld world(1);
    world.percents(0, 200);
    // Failures enough for a pause that lasts.
    for (int failure = 0; failure < 8; ++failure) {
      world.exits.push_back({world.primary().id, std::nullopt, world.now});
      world.step();
    }
    const Duration pause = *world.primary().next_start_at - *world.primary().last_failure_at;
    ASSERT_GT(pause, Duration(10s));
    world.pass(2s);
    world.set_clock(step);
    world.pass(pause - 3s);
    const auto waits = world.step();
    EXPECT_EQ(waits.starts, 0);
    EXPECT_EQ(*waits.look_again, world.now + 1s);
    world.pass(1s);
    EXPECT_EQ(world.step().starts, 1);
  }
}

TEST(ServicePlan, ATaskSettlesWhateverIsDoneToTheClock) {
  for (const Duration step : {Duration(2h), Duration(-2h)}) {
    SteppedWorld world(1);
    world.add_task(world.primary().id, true).started_at = world.now;
    world.step();
    EXPECT_FALSE(world.service.steady_since);
    world.set_clock(step);
    world.pass(kSettleTime);
    world.step();
    EXPECT_TRUE(world.service.steady_since);
  }
}

TEST(ServicePlan, ATaskThatRanLongDidNotFailBecauseTheClockWasSet) {
  SteppedWorld world(1);
  const WallTime started = world.now;
  world.pass(1min);
  world.set_clock(-2h);
  world.pass(1s);
  world.exits.push_back({world.primary().id, started, world.now});
  world.step();
  EXPECT_EQ(world.primary().failed_tasks, 0);
}

}  // namespace
}  // namespace berth::controllers::service
