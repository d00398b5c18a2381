// Goal: task groups, promises and deadlines keep their promises on the simulator, for any interleaving of
// nodes. Method: the cases of the real runtime's tests on 200 seeds each, with cancellation at a seeded
// moment.
#include <gtest/gtest.h>

#include "runtime/sim/sim_world.h"
#include "runtime/sync.h"

namespace berth::runtime {
namespace {
using namespace std::chrono_literals;

struct Counts {
  int begun = 0;
  int ended = 0;
};

struct EndGuard {
  Counts& counts;
  ~EndGuard() { ++counts.ended; }
};

Async<Result<int>> work(Runtime& runtime, Duration duration, Counts& counts) {
  ++counts.begun;
  const EndGuard guard{counts};
  co_await runtime.sleep(duration);
  co_return 42;
}

Async<void> many_deadlines(Runtime& runtime, Counts& counts) {
  Prng prng = runtime.fork_random();
  while (true) {
    const Duration limit = Duration(prng.between(0, 5'000'000));
    const Duration need = Duration(prng.between(0, 5'000'000));
    Result<int> result = co_await with_deadline<int>(runtime, limit, work(runtime, need, counts));
    check(counts.begun == counts.ended, "with_deadline returned before its work ended");
    check(result.ok() || result.error().code == ErrorCode::timeout, "another error than a timeout");
    if (need + 1ms < limit) check(result.ok(), "work within its deadline failed");
    if (limit + 1ms < need) check(!result.ok(), "work beyond its deadline succeeded");
  }
}

TEST(SimSync, DeadlinesSurviveCancellationAtAnyMoment) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SimWorld world(seed);
    SimNode& node = world.add_node("a");
    Counts counts[4];
    TaskGroup group(node.executor());
    for (Counts& each : counts) group.spawn(many_deadlines(node.runtime(), each));
    const std::uint64_t steps = world.stream("test").below(400);
    for (std::uint64_t i = 0; i < steps; ++i) ASSERT_TRUE(world.step());
    group.cancel();
    ASSERT_TRUE(world.run_until([&] { return group.size() == 0; }, 1s)) << "seed " << seed;
    for (const Counts& each : counts) EXPECT_EQ(each.begun, each.ended);
  }
}

Async<void> spawn_more(Runtime& runtime, TaskGroup& group, Counts& counts, int depth) {
  ++counts.begun;
  const EndGuard guard{counts};
  Prng prng = runtime.fork_random();
  for (int i = 0; i < 3 && depth > 0; ++i) {
    group.spawn(spawn_more(runtime, group, counts, depth - 1));
    if (prng.chance(1, 2)) co_await runtime.sleep(Duration(prng.between(0, 2'000'000)));
  }
  if (prng.chance(1, 20)) group.cancel();
}

TEST(SimSync, GroupsDrainWhateverStateTheirTasksAreIn) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SimWorld world(seed);
    SimNode& node = world.add_node("a");
    Counts counts;
    TaskGroup group(node.executor());
    group.spawn(spawn_more(node.runtime(), group, counts, 4));
    const std::uint64_t steps = world.stream("test").below(200);
    for (std::uint64_t i = 0; i < steps && world.step(); ++i) {
    }
    group.cancel();
    world.run(node, group.drain());
    EXPECT_EQ(group.size(), 0u);
    EXPECT_EQ(counts.begun, counts.ended) << "seed " << seed;
  }
}

Async<void> produce(Runtime& runtime, Notifier& notifier, int& made, int count) {
  Prng prng = runtime.fork_random();
  for (int i = 0; i < count; ++i) {
    co_await runtime.sleep(Duration(prng.between(0, 1'000'000)));
    ++made;
    notifier.notify();
  }
}

Async<int> consume(Runtime& runtime, Notifier& notifier, const int& made, int count) {
  Prng prng = runtime.fork_random();
  int wakes = 0;
  for (; made < count; ++wakes) {
    // Half of the waits are short ones, so that time-outs and notifications meet.
    const bool brief = prng.chance(1, 2);
    if (brief) {
      co_await notifier.wait_for(runtime, Duration(prng.between(0, 1'000'000)));
    } else {
      co_await notifier.wait();
    }
  }
  co_return wakes;
}

TEST(SimSync, NoNotificationIsLostBetweenNodes) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SimWorld world(seed);
    SimNode& a = world.add_node("a");
    SimNode& b = world.add_node("b");
    Notifier notifier;
    int made = 0;
    TaskGroup producer(a.executor());
    producer.spawn(produce(a.runtime(), notifier, made, 30));
    EXPECT_GT(world.run(b, consume(b.runtime(), notifier, made, 30), 60s), 0) << "seed " << seed;
    world.run(a, producer.drain());
  }
}

TEST(SimSync, APromiseCrossesNodes) {
  SimWorld world(1);
  SimNode& node = world.add_node("a");
  const Promise<std::string> promise;
  world.context().at(node.index(), world.now() + 1s,
                     Once<SimContext::TimerEnd>([promise](SimContext::TimerEnd) { promise.set("late"); }));
  EXPECT_EQ(world.run(node, promise.wait()), "late");
  EXPECT_FALSE(promise.set("again"));
}

}  // namespace
}  // namespace berth::runtime
