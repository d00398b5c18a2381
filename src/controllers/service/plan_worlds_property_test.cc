// Goal: DAEMON services run once on each instance, whatever comes and goes, and scale-in keeps zones
// balanced. Method: worlds from seeds: instances that join, drain, fall silent and come back, tasks that
// start and exit, updates in between; after each plan what must never happen is checked, at the end that all
// is steady.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/random.h"
#include "controllers/service/plan_testing.h"

namespace berth::controllers::service {
namespace {

using testing::PlanWorld;

struct DaemonSim {
  Prng prng;
  PlanWorld world{0};
  bool trouble = true;
  int hosts_ever = 0;

  explicit DaemonSim(std::uint64_t seed) : prng(seed) {
    world.service.scheduling_strategy = model::ecs::SchedulingStrategy::daemon;
    world.percents(static_cast<std::int32_t>(prng.below(4) * 25), 100);
    for (std::uint64_t i = prng.below(6); i > 0; --i) join();
  }
  void join() { world.hosts.push_back({"h" + std::to_string(++hosts_ever), false}); }

  void host_trouble() {
    if (prng.chance(1, 10) && world.hosts.size() < 8) join();
    if (prng.chance(1, 15) && !world.hosts.empty()) {
      const auto at = world.hosts.begin() + static_cast<std::ptrdiff_t>(prng.below(world.hosts.size()));
      for (auto& task : world.tasks) task.host_leaves = task.host_leaves || task.instance == at->instance;
      world.hosts.erase(at);
    }
    for (auto& host : world.hosts)
      if (prng.chance(1, 15)) host.silent = !host.silent;
    if (prng.chance(1, 20)) world.deploy();
  }

  bool silent(const std::string& instance) const {
    return std::any_of(world.hosts.begin(), world.hosts.end(),
                       [&](const HostFact& host) { return host.instance == instance && host.silent; });
  }

  void happen() {
    for (std::size_t i = world.tasks.size(); i-- > 0;) {
      auto& task = world.tasks[i];
      const bool exits = trouble && task.running && prng.chance(1, 30);
      if ((!task.wanted || exits) && prng.chance(1, 2)) {
        world.tasks.erase(world.tasks.begin() + static_cast<std::ptrdiff_t>(i));
      } else if (!task.running && !silent(task.instance) && prng.chance(1, 2)) {
        task.running = true;
        task.started_at = world.now;
      }
    }
    if (trouble) host_trouble();
  }

  void step() {
    world.now = world.now + std::chrono::milliseconds(prng.below(3000));
    std::set<std::string> taken;
    for (const auto& task : world.tasks) taken.insert(task.instance);
    const auto plan = world.step();
    std::set<std::string> fresh;
    for (const auto& host : plan.start_hosts) {
      ASSERT_FALSE(taken.contains(host)) << "a second task on " << host;
      ASSERT_FALSE(silent(host)) << host << " does not answer";
      ASSERT_TRUE(fresh.insert(host).second) << host << " named twice";
    }
    const auto id = world.primary().id;
    for (const auto& host : plan.start_hosts) world.add_task(id, false, host);
  }
};

TEST(ServicePlanProperty, ADaemonRunsOnceOnEachInstanceWhateverComesAndGoes) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    DaemonSim sim(seed);
    for (int i = 0; i < 100; ++i) {
      sim.happen();
      ASSERT_NO_FATAL_FAILURE(sim.step());
    }
    sim.trouble = false;
    // Rounded up, 75 % of one instance is one: bounds without room let nothing be replaced, which is as asked
    // for.
    sim.world.percents(0, 100);
    // The grace of those that stay silent runs out.
    std::erase_if(sim.world.tasks, [&](const TaskFact& task) { return sim.silent(task.instance); });
    for (int i = 0; i < 1000 && !sim.world.service.steady_since; ++i) {
      sim.happen();
      ASSERT_NO_FATAL_FAILURE(sim.step());
    }
    ASSERT_TRUE(sim.world.service.steady_since) << "did not converge";
    for (const auto& host : sim.world.hosts) {
      const auto there = std::count_if(sim.world.tasks.begin(), sim.world.tasks.end(),
                                       [&](const TaskFact& task) { return task.instance == host.instance; });
      EXPECT_LE(there, 1) << host.instance;
      EXPECT_TRUE(there == 1 || host.silent) << host.instance;
    }
  }
}

TEST(ServicePlanProperty, ScaleInNeverStopsWhereAnotherZoneHasMore) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    Prng prng(seed);
    PlanWorld world(0);
    const auto count = 1 + prng.below(30);
    for (std::uint64_t i = 0; i < count; ++i) {
      auto& task = world.add_task(world.primary().id, true, "h" + std::to_string(prng.below(9)));
      // Zones follow from hosts.
      task.zone = std::string(1, static_cast<char>('a' + (task.instance.back() - '0') % 3));
    }
    world.complete();
    world.service.desired_count = static_cast<std::int32_t>(prng.below(count + 1));
    world.step();
    std::map<std::string, std::int64_t> left, stopped;
    for (const auto& task : world.tasks) {
      left[task.zone] += task.wanted ? 1 : 0;
      stopped[task.zone] += task.wanted ? 0 : 1;
    }
    for (const auto& [zone, stops] : stopped)
      for (const auto& [other, others] : left)
        EXPECT_TRUE(stops == 0 || left[zone] + 1 >= others) << zone << " against " << other;
  }
}

}  // namespace
}  // namespace berth::controllers::service
