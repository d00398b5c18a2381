// Goal: whatever happens, a plan keeps to the service's bounds, and once nothing more goes wrong the service
// gets to where it should be. Method: worlds from seeds: random sizes and percentages, tasks that start,
// fail, turn unhealthy, instances that drain, updates in between; after each plan the bounds are checked, at
// the end that all is steady.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "controllers/service/plan_testing.h"

namespace berth::controllers::service {
namespace {

using testing::PlanWorld;

struct Sim {
  Prng prng;
  PlanWorld world;
  bool trouble = true;
  std::string broken;  // Deployment whose tasks never start.

  explicit Sim(std::uint64_t seed) : prng(seed), world(static_cast<std::int32_t>(prng.below(12))) {
    if (prng.chance(1, 5)) world.compat = domain::Compat::guide_2015;
    if (prng.chance(3, 4)) {
      const auto low = static_cast<std::int32_t>(prng.below(5) * 25);
      world.percents(low, static_cast<std::int32_t>(low == 100 ? 200 : 100 + prng.below(5) * 25));
    }
    if (prng.chance(1, 2)) world.breaker(prng.chance(1, 2));
  }

  scheduling::DeploymentBounds bounds() const {
    return scheduling::bounds_of(world.service, world.service.desired_count, world.compat);
  }
  std::int64_t serving() const {
    return std::count_if(world.tasks.begin(), world.tasks.end(), [](const TaskFact& task) {
      return task.wanted && task.running && task.health != Health::unhealthy;
    });
  }

  bool failed() const { return world.primary().rollout_state == model::ecs::DeploymentRolloutState::failed; }
  std::string describe() const {
    std::string text = "desired " + std::to_string(world.service.desired_count) + ", healthy at least " +
                       std::to_string(bounds().healthy_min) + ", tasks at most " +
                       std::to_string(bounds().tasks_max);
    for (const auto& task : world.tasks)
      text += "; " + task.id + (task.deployment_id == world.primary().id ? " new" : " old") +
              (task.wanted ? "" : " stopping") + (task.running ? " running" : "") +
              (task.host_leaves ? " draining" : "");
    return text;
  }

  void happen() {
    for (std::size_t i = world.tasks.size(); i-- > 0;) {
      auto& task = world.tasks[i];
      const bool fails = task.deployment_id == broken;
      if (!task.wanted && prng.chance(1, 2)) {
        world.tasks.erase(world.tasks.begin() + static_cast<std::ptrdiff_t>(i));
      } else if (!task.running && prng.chance(1, 2)) {
        if (fails || (trouble && prng.chance(1, 10))) {
          world.exits.push_back({task.deployment_id, std::nullopt, world.now});
          world.tasks.erase(world.tasks.begin() + static_cast<std::ptrdiff_t>(i));
        } else {
          task.running = true;
          task.started_at = world.now;
        }
      } else if (task.running && trouble && prng.chance(1, 40)) {
        task.health = Health::unhealthy;
      } else if (trouble && prng.chance(1, 40)) {
        task.host_leaves = true;
      }
    }
    if (trouble && prng.chance(1, 30))
      world.service.desired_count = static_cast<std::int32_t>(prng.below(12));
    if (trouble && prng.chance(1, 20)) {
      const auto fresh = world.deploy();
      if (prng.chance(1, 3)) broken = fresh;
    }
    world.blocked = trouble && prng.chance(1, 10);
  }

  void step() {
    world.now = world.now + std::chrono::milliseconds(prng.below(3000));
    const auto before = serving();
    const auto all = static_cast<std::int64_t>(world.tasks.size());
    const bool was_failed = failed();
    const std::string state = describe();
    const auto plan = world.step();
    ASSERT_TRUE(plan.starts == 0 || all + plan.starts <= bounds().tasks_max);
    ASSERT_TRUE(!was_failed || !failed() || plan.starts == 0);
    ASSERT_TRUE(serving() == before || serving() >= std::min(before, bounds().healthy_min))
        << state << " -> " << describe();
    const auto id = world.primary().id;
    if (!world.blocked)
      for (std::int64_t i = 0; i < plan.starts; ++i) world.add_task(id, false);
  }
};

TEST(ServicePlanProperty, StaysWithinItsBoundsAndConverges) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    Sim sim(seed);
    for (int i = 0; i < 150; ++i) {
      sim.happen();
      ASSERT_NO_FATAL_FAILURE(sim.step());
    }
    sim.trouble = false;
    sim.broken.clear();
    // Rounding leaves some services no way to move at all: 100 % healthy of one task, 150 % at most.
    const auto bounds = sim.bounds();
    if (bounds.healthy_min >= sim.world.service.desired_count &&
        bounds.tasks_max <= sim.world.service.desired_count)
      continue;
    for (int i = 0; i < 2000 && !sim.world.service.steady_since; ++i) {
      // A failed deployment waits for its user.
      if (sim.failed()) sim.world.deploy();
      sim.happen();
      ASSERT_NO_FATAL_FAILURE(sim.step());
    }
    ASSERT_TRUE(sim.world.service.steady_since) << "did not converge: " << sim.describe();
    EXPECT_EQ(sim.serving(), sim.world.service.desired_count);
    EXPECT_EQ(sim.world.service.deployments.size(), 1U);
  }
}

}  // namespace
}  // namespace berth::controllers::service
