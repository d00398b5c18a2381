// Watches, subscriptions and many committers at once, on every engine; then the limits of the feed alone.
#include "store/feed.h"

#include <atomic>
#include <thread>

#include "store/testing/conformance.h"

namespace berth::store::testing {
namespace {

using domain::ClusterRecord;
using domain::InstanceAllocation;
using domain::TaskRecord;

class FeedSuite : public Conformance {};
INSTANTIATE_TEST_SUITE_P(Engines, FeedSuite, every_engine(), ::testing::PrintToStringParamName());

Transaction put_cluster(const std::string& name, const std::string& generation = "g1") {
  Transaction transaction = make_transaction();
  transaction.put(make_cluster(name, generation));
  return transaction;
}

Async<std::vector<Change>> read_until(Watch& watch, Revision last) {
  std::vector<Change> all;
  while (all.empty() || all.back().revision < last) {
    Result<std::vector<Change>> some = co_await watch.next();
    check(some.ok(), "the watch was compacted");
    all.insert(all.end(), some->begin(), some->end());
  }
  co_return all;
}

// Increments a counter (kept in a cluster's generation) `times` times, deciding again after each conflict.
Async<void> count_up(Store& store, int times, std::atomic<int>& running) {
  for (int done = 0; done < times;) {
    Transaction transaction = make_transaction();
    {
      const View view = co_await store.read();
      const Stored<ClusterRecord>* stored = view.find<ClusterRecord>(cluster("counter"));
      transaction.expect(*stored);
      transaction.put(make_cluster("counter", std::to_string(std::stoi(stored->record->generation) + 1)));
    }
    const Result<Revision> revision = co_await store.commit(std::move(transaction));
    if (revision.ok()) ++done;
  }
  --running;
}

TEST_P(FeedSuite, EachDurableChangeOnceAndInOrder) {
  world_.must_commit(put_cluster("before"));
  static_cast<void>(world_.view([](const View&) { return 0; }, 1));
  const auto watch = world_.store(1).watch(world_.executor());
  const Revision created = world_.must_commit(put_cluster("a"));
  const Revision changed = world_.must_commit(put_cluster("a", "g2"), 1);
  Transaction erase = make_transaction();
  erase.erase<ClusterRecord>(cluster("a"));
  const Revision erased = world_.must_commit(std::move(erase));
  const auto changes = world_.run(read_until(*watch, erased));
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].revision, created);
  EXPECT_EQ(changes[0].before, nullptr);
  EXPECT_EQ(changes[0].after_as<ClusterRecord>()->generation, "g1");
  EXPECT_EQ(changes[0].after_as<TaskRecord>(), nullptr);
  EXPECT_EQ(changes[1].revision, changed);
  EXPECT_EQ(changes[1].before_as<ClusterRecord>()->generation, "g1");
  EXPECT_EQ(changes[1].after_as<ClusterRecord>()->generation, "g2");
  EXPECT_EQ(changes[2].before_as<ClusterRecord>()->generation, "g2");
  EXPECT_EQ(changes[2].after, nullptr);
}

TEST_P(FeedSuite, ManyWritersLoseNoUpdate) {
  constexpr int kWriters = 6;
  constexpr int kTimes = 25;
  world_.must_commit(put_cluster("counter", "0"));
  static_cast<void>(world_.view([](const View&) { return 0; }, 1));
  const auto watch = world_.store(0).watch(world_.executor());
  std::atomic<int> running{kWriters};
  // The loops stand until the committer, which wakes the waiting on them, has answered once more below.
  runtime::IoThreads loops(kWriters);
  loops.start();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kWriters; ++i)
    threads.emplace_back(
        [&, i] { runtime::block_on(loops.executor(i), count_up(world_.store(i), kTimes, running)); });
  for (std::thread& thread : threads) thread.join();
  const Revision last = world_.must_commit(put_cluster("end"));
  const auto changes = world_.run(read_until(*watch, last));
  EXPECT_EQ(running, 0);
  EXPECT_EQ(find<ClusterRecord>(cluster("counter"), 1)->generation, std::to_string(kWriters * kTimes));
  ASSERT_EQ(changes.size(), static_cast<std::size_t>(kWriters * kTimes + 1));
  for (int i = 0; i < kWriters * kTimes; ++i) {
    EXPECT_EQ(changes[static_cast<std::size_t>(i)].after_as<ClusterRecord>()->generation,
              std::to_string(i + 1));
  }
}

// Tries to claim one CPU unit `times` times and counts the successes. A committer that was never first says
// `unavailable`; without a failing engine that means "not done".
Async<void> claim_units(Store& store, int times, std::atomic<int>& granted) {
  for (int i = 0; i < times;) {
    Transaction transaction = make_transaction();
    transaction.claim(instance("i"), {.cpu = 1});
    const Result<Revision> revision = co_await store.commit(std::move(transaction));
    if (revision.ok()) ++granted;
    if (revision.ok() || revision.error().code == ErrorCode::conflict) ++i;
  }
}

TEST_P(FeedSuite, ConcurrentClaimsNeverOvercommit) {
  Transaction setup = make_transaction();
  setup.put(make_instance("i", 100));
  setup.put(make_allocation("i"));
  world_.must_commit(std::move(setup));
  static_cast<void>(world_.view([](const View&) { return 0; }, 1));
  std::atomic<int> granted{0};
  // The loops stand until the committer, which wakes the waiting on them, has answered once more below.
  runtime::IoThreads loops(4);
  loops.start();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i)
    threads.emplace_back(
        [&, i] { runtime::block_on(loops.executor(i), claim_units(world_.store(i), 40, granted)); });
  for (std::thread& thread : threads) thread.join();
  // The committer that is asked has to know what the other one wrote last.
  world_.must_commit(put_cluster("end"));
  EXPECT_EQ(granted, 100);
  EXPECT_EQ(find<InstanceAllocation>(instance("i"))->task_count, 100);
}

TEST_P(FeedSuite, MovingBetweenGroupsWakesBoth) {
  Transaction setup = make_transaction();
  setup.put(make_task("t", "i"));
  world_.must_commit(std::move(setup));
  static_cast<void>(world_.view([](const View&) { return 0; }, 1));
  runtime::Notifier from, to, record, other;
  Store& store = world_.store(1);
  const auto a = store.subscribe(kTasksByDesired, cluster("c") + "/RUNNING", from);
  const auto b = store.subscribe(kTasksByDesired, cluster("c") + "/STOPPED", to);
  const auto c = store.subscribe_record<TaskRecord>(task("t"), record);
  const auto d = store.subscribe(kTasksByInstance, cluster("c") + "/another", other);
  Transaction stop = make_transaction();
  TaskRecord stopping = make_task("t", "i");
  stopping.desired_status = domain::TaskStatus::stopped;
  stop.put(stopping);
  world_.must_commit(std::move(stop));
  world_.run(from.wait());
  world_.run(to.wait());
  world_.run(record.wait());
  EXPECT_FALSE(world_.run(other.wait_for(world_.runtime(), Duration(0))));
}

std::shared_ptr<std::vector<Change>> changes(std::size_t count) {
  auto batch = std::make_shared<std::vector<Change>>();
  for (std::size_t i = 0; i < count; ++i)
    batch->push_back({Revision(1), Kind::cluster, "k", nullptr, nullptr});
  return batch;
}

// A reader that falls behind is told once, and then goes on from the present.
TEST(Feed, TooSlowAWatchIsCompacted) {
  runtime::IoThreads loop(1);
  loop.start();
  Feed feed;
  const auto watch = feed.watch();
  feed.publish(changes(kWatchQueueMax));
  feed.publish(changes(1));
  const auto first = runtime::block_on(loop.executor(0), watch->next());
  ASSERT_FALSE(first.ok());
  EXPECT_EQ(first.error().code, ErrorCode::too_large);
  feed.publish(changes(2));
  const auto second = runtime::block_on(loop.executor(0), watch->next());
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->size(), 2U);
}

TEST(Feed, EndedSubscriptionsDoNotWake) {
  runtime::IoThreads loop(1);
  loop.start();
  runtime::RealRuntime runtime(loop.executor(0));
  Feed feed;
  runtime::Notifier notifier;
  auto subscription = feed.subscribe_key(Kind::cluster, "k", notifier.handle());
  feed.publish(changes(1));
  EXPECT_TRUE(runtime::block_on(loop.executor(0), notifier.wait_for(runtime, std::chrono::seconds(5))));
  subscription.reset();
  feed.publish(changes(1));
  EXPECT_FALSE(runtime::block_on(loop.executor(0), notifier.wait_for(runtime, Duration(0))));
}

// Kinds are numbered by whoever makes them; no table of theirs has to be long enough for the number.
TEST(Feed, AnyKindCanBeFollowed) {
  constexpr auto kLate = static_cast<Kind>(200);
  runtime::IoThreads loop(1);
  loop.start();
  runtime::RealRuntime runtime(loop.executor(0));
  Feed feed;
  runtime::Notifier notifier;
  const auto subscription = feed.subscribe_key(kLate, "a", notifier.handle());
  feed.publish(std::make_shared<std::vector<Change>>(
      std::vector<Change>{{Revision(1), kLate, "a", nullptr, nullptr},
                          {Revision(1), static_cast<Kind>(17), "a", nullptr, nullptr}}));
  EXPECT_TRUE(runtime::block_on(loop.executor(0), notifier.wait_for(runtime, std::chrono::seconds(5))));
}

}  // namespace
}  // namespace berth::store::testing
