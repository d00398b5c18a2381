// Goal: the simulator is deterministic, keeps time, and lets the seed decide only what it may.
// Method: a small busy world run twice per seed, traces compared; timers and wall clocks read on virtual
// time.
#include "runtime/sim/sim_world.h"

#include <gtest/gtest.h>

#include <set>

#include "runtime/sync.h"

namespace berth::runtime {
namespace {
using namespace std::chrono_literals;

Async<void> sleep_and_log(Runtime& runtime, Duration duration, int number, std::vector<int>& log) {
  co_await runtime.sleep(duration);
  log.push_back(number);
}

TEST(SimWorld, TimersFireInOrderAndTimeJumps) {
  SimWorld world(1, {.timer_jitter_max = Duration(0)});
  SimNode& node = world.add_node("a");
  std::vector<int> log;
  TaskGroup group(node.executor());
  group.spawn(sleep_and_log(node.runtime(), 48h, 3, log));
  group.spawn(sleep_and_log(node.runtime(), 1h, 1, log));
  group.spawn(sleep_and_log(node.runtime(), 1h, 2, log));
  EXPECT_TRUE(world.run_until([&] { return group.size() == 0; }, 72h));
  EXPECT_EQ(log, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(world.now().ns, Duration(48h).count());
}

TEST(SimWorld, RunUntilStopsAtItsLimit) {
  SimWorld world(1, {.timer_jitter_max = Duration(0)});
  SimNode& node = world.add_node("a");
  std::vector<int> log;
  TaskGroup group(node.executor());
  group.spawn(sleep_and_log(node.runtime(), 2h, 1, log));
  EXPECT_FALSE(world.run_until([] { return false; }, 1h));
  EXPECT_TRUE(log.empty());
  world.run_for(2h);
  EXPECT_EQ(log.size(), 1u);
}

TEST(SimWorld, WallClocksDifferFromTrueTime) {
  SimWorld world(1);
  SimNode& node = world.add_node("a");
  SimNode& exact = world.add_node("b");
  world.run_for(1000s);
  EXPECT_EQ(exact.runtime().clock().wall(), world.options().epoch + 1000s);
  node.set_drift_ppm(1000);
  node.step_wall(-1h);
  EXPECT_EQ(node.runtime().clock().wall(), world.options().epoch + 1001s - 1h);
  EXPECT_EQ(node.runtime().clock().monotonic().ns, Duration(1000s).count());
}

TEST(SimWorld, BuggifyFiresAtSomeSitesOnly) {
  SimWorld off(1);
  EXPECT_FALSE(off.buggify("any"));
  SimWorld world(1, {.buggify = true});
  int sites_on = 0;
  for (int site = 0; site < 400; ++site) {
    int fired = 0;
    for (int i = 0; i < 100; ++i) fired += world.buggify("site" + std::to_string(site));
    sites_on += fired > 0;
    EXPECT_LT(fired, 60);
  }
  EXPECT_GT(sites_on, 60);
  EXPECT_LT(sites_on, 140);
}

Async<void> ping_pong(Runtime& runtime, Notifier& mine, Notifier& other, int rounds) {
  Prng prng = runtime.fork_random();
  for (int i = 0; i < rounds; ++i) {
    const bool woken = co_await mine.wait_for(runtime, Duration(prng.between(0, 3'000'000)));
    if (woken) co_await runtime.sleep(Duration(prng.between(0, 1'000'000)));
    other.notify();
  }
}

struct Trace {
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
  std::string id;
  friend auto operator<=>(const Trace&, const Trace&) = default;
};

Trace run_busy_world(std::uint64_t seed) {
  SimWorld world(seed);
  SimNode& a = world.add_node("a");
  SimNode& b = world.add_node("b");
  Notifier to_a, to_b;
  TaskGroup on_a(a.executor()), on_b(b.executor());
  on_a.spawn(ping_pong(a.runtime(), to_a, to_b, 20));
  on_b.spawn(ping_pong(b.runtime(), to_b, to_a, 20));
  EXPECT_TRUE(world.run_until([&] { return on_a.size() + on_b.size() == 0; }));
  return {world.trace_hash(), world.steps(), a.runtime().ids().hex()};
}

TEST(SimWorld, OneSeedOneTrace) {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Trace first = run_busy_world(seed);
    const Trace second = run_busy_world(seed);
    ASSERT_EQ(first, second) << "seed " << seed;
    hashes.insert(first.hash);
  }
  EXPECT_EQ(hashes.size(), 200u);
}

}  // namespace
}  // namespace berth::runtime
