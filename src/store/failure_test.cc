// Engines that fail, lag or refuse: nothing is acknowledged that is not durable, and the store goes on.
// Method: the memory engine with faults.
#include <gtest/gtest.h>

#include <atomic>

#include "store/commit_core.h"
#include "store/testing/conformance.h"

namespace berth::store::testing {
namespace {

using domain::ClusterRecord;
using memory::MemoryFaults;
using Fate = MemoryFaults::Fate;

Transaction put_cluster_as(const std::string& name, const std::string& id) {
  Transaction transaction(id, domain::Writer::api);
  transaction.put(make_cluster(name));
  return transaction;
}

// Faults whose first append meets `fate`; all others are applied.
MemoryFaults once(Fate fate) {
  MemoryFaults faults;
  faults.append = [fate, first = true](const EngineBatch&) mutable {
    return std::exchange(first, false) ? fate : Fate::applied;
  };
  return faults;
}

// As a handler reads: once, without waiting for anything to appear.
Async<void> look_once(Store& store, bool& shown) {
  const View view = co_await store.read();
  shown = view.find<ClusterRecord>(cluster("a")) != nullptr;
}

bool exists(World& world, const std::string& name, std::size_t which = 0) {
  return world.view([&](const View& view) { return view.find<ClusterRecord>(cluster(name)) != nullptr; },
                    which);
}

class BothModes : public ::testing::TestWithParam<WorldKind> {};
INSTANTIATE_TEST_SUITE_P(Engines, BothModes, ::testing::Values(WorldKind::memory, WorldKind::memory_shared),
                         ::testing::PrintToStringParamName());

TEST_P(BothModes, AFailureBeforeApplyingLosesTheTransaction) {
  World world(GetParam());
  const Revision before = world.must_commit(put_cluster_as("a", "1"));
  const auto watch = world.store().watch(world.executor());
  world.memory().set_faults(once(Fate::unavailable_before));
  const Result<Revision> lost = world.commit(put_cluster_as("b", "2"));
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().code, ErrorCode::unavailable);
  EXPECT_FALSE(*world.run(world.store().outcome_of("2")));
  EXPECT_FALSE(exists(world, "b"));
  EXPECT_TRUE(exists(world, "a"));
  EXPECT_EQ(world.run(watch->next()).error().code, ErrorCode::too_large);
  EXPECT_GT(world.must_commit(put_cluster_as("c", "3")), before);
  EXPECT_TRUE(exists(world, "c", 1));
}

TEST_P(BothModes, AFailureAfterApplyingKeepsIt) {
  World world(GetParam());
  world.memory().set_faults(once(Fate::unavailable_after));
  EXPECT_EQ(world.commit(put_cluster_as("b", "2")).error().code, ErrorCode::unavailable);
  EXPECT_TRUE(*world.run(world.store().outcome_of("2")));
  EXPECT_TRUE(exists(world, "b"));
  EXPECT_FALSE(world
                   .commit([] {
                     Transaction create = put_cluster_as("b", "3");
                     create.expect_absent<ClusterRecord>(cluster("b"));
                     return create;
                   }())
                   .ok());
}

// Reads a View while the engine holds the append back, so that the View shows what is not durable yet.
Async<Result<void>> answer_from_undurable_view(World& world, bool& seen) {
  Revision revision;
  for (;;) {
    {
      const View view = co_await world.store().read();
      seen = view.find<ClusterRecord>(cluster("b")) != nullptr;
      revision = view.revision();
    }
    if (seen) break;
    co_await world.runtime().sleep(std::chrono::milliseconds(1));
  }
  Result<void> durable = co_await world.store().until_durable(revision);
  co_return durable;
}

Async<void> commit_into(Store& store, Transaction transaction, runtime::Promise<Result<Revision>> into) {
  Result<Revision> revision = co_await store.commit(std::move(transaction));
  into.set(std::move(revision));
}

TEST(Failure, AnAnswerFromALostRevisionIsWithheld) {
  World world(WorldKind::memory);
  MemoryFaults faults = once(Fate::unavailable_before);
  faults.append_delay = [] { return std::chrono::milliseconds(50); };
  world.memory().set_faults(faults);
  runtime::TaskGroup group(world.executor());
  runtime::Promise<Result<Revision>> outcome;
  group.spawn(commit_into(world.store(), put_cluster_as("b", "2"), outcome));
  bool seen = false;
  const Result<void> durable = world.run(answer_from_undurable_view(world, seen));
  EXPECT_TRUE(seen);
  ASSERT_FALSE(durable.ok());
  EXPECT_EQ(durable.error().code, ErrorCode::unavailable);
  const Result<Revision> lost = world.run(outcome.wait());
  EXPECT_FALSE(lost.ok());
  // The lost revision stays lost, and is not given out again.
  EXPECT_FALSE(world.run(world.store().until_durable(Revision(1))).ok());
  EXPECT_GT(world.must_commit(put_cluster_as("c", "3")), Revision(1));
  world.run(group.drain());
}

// Everything is refused from now on.
MemoryFaults full() {
  MemoryFaults faults;
  faults.append = [](const EngineBatch&) { return Fate::refused; };
  faults.probe_fails = [] { return true; };
  return faults;
}

TEST_P(BothModes, WhatIsCertainNotToBeWrittenIsSaidSo) {
  World world(GetParam());
  world.must_commit(put_cluster_as("a", "1"));
  world.memory().set_faults(full());
  const Result<Revision> refused = world.commit(put_cluster_as("b", "2"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::internal);
  EXPECT_EQ(refused.error().message, "the disk is full: the memory engine");
  EXPECT_FALSE(exists(world, "b"));
  EXPECT_TRUE(exists(world, "a"));
  EXPECT_FALSE(*world.run(world.store().outcome_of("2")));
}

TEST(Failure, WhatWasAppliedIsTakenBackWholly) {
  World world(WorldKind::memory);
  world.must_commit(put_cluster_as("a", "1"));
  world.must_commit(put_cluster_as("gone", "2"));
  world.memory().set_faults(full());
  Transaction transaction = put_cluster_as("b", "3");
  transaction.erase<ClusterRecord>(cluster("gone"));
  transaction.put(make_cluster("a", "other"));
  ASSERT_FALSE(world.commit(std::move(transaction)).ok());
  EXPECT_TRUE(exists(world, "gone"));
  EXPECT_FALSE(exists(world, "b"));
  EXPECT_EQ(
      world.view([](const View& view) { return view.find<ClusterRecord>(cluster("a"))->record->generation; }),
      make_cluster("a").generation);
  // As in what the engine has.
  world.memory().set_faults({});
  world.restart();
  EXPECT_TRUE(exists(world, "gone"));
  EXPECT_FALSE(exists(world, "b"));
}

TEST(Failure, DecisionsOnWhatWasTakenBackDoNotHold) {
  World world(WorldKind::memory);
  const Revision before = world.must_commit(put_cluster_as("a", "1"));
  world.memory().set_faults(full());
  EXPECT_FALSE(world.commit(put_cluster_as("b", "2")).ok());
  world.memory().set_faults({});
  Result<Revision> late = conflict("not tried");
  for (int i = 0; i < 100'000 && !world.committer().health().writable; ++i)
    static_cast<void>(exists(world, "a"));
  Transaction transaction = put_cluster_as("c", "3");
  transaction.expect_unchanged(kActiveClusters, realm_key(kRealm), Revision(before.value() + 1));
  late = world.commit(std::move(transaction));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  EXPECT_GT(world.must_commit(put_cluster_as("d", "4")), Revision(before.value() + 1));
}

Transaction of_the_epoch_of(Revision seen, const std::string& name) {
  Transaction transaction = put_cluster_as(name, "of " + name);
  transaction.expect_same_epoch(seen);
  return transaction;
}

TEST_P(BothModes, AnEpochOutlastsWhatOthersWrite) {
  World world(GetParam());
  const Revision seen = world.must_commit(put_cluster_as("a", "1"));
  world.must_commit(put_cluster_as("a", "2"));
  world.must_commit(put_cluster_as("b", "3"));
  EXPECT_TRUE(world.commit(of_the_epoch_of(seen, "c")).ok());
}

TEST_P(BothModes, AnEpochEndsWhenTheStoreMayHaveLostSomething) {
  World world(GetParam());
  const Revision seen = world.must_commit(put_cluster_as("a", "1"));
  world.memory().set_faults(once(Fate::unavailable_after));
  EXPECT_FALSE(world.commit(put_cluster_as("b", "2")).ok());
  EXPECT_TRUE(*world.run(world.store().outcome_of("2")));
  const Result<Revision> late = world.commit(of_the_epoch_of(seen, "c"));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  EXPECT_TRUE(world.commit(of_the_epoch_of(world.must_commit(put_cluster_as("d", "3")), "e")).ok());
}

TEST(Failure, AnEpochEndsWhenSomethingIsTakenBack) {
  World world(WorldKind::memory);
  const Revision seen = world.must_commit(put_cluster_as("a", "1"));
  world.memory().set_faults(full());
  EXPECT_FALSE(world.commit(put_cluster_as("b", "2")).ok());
  world.memory().set_faults({});
  Result<Revision> late = world.commit(of_the_epoch_of(seen, "c"));
  while (late.error().code == ErrorCode::internal) late = world.commit(of_the_epoch_of(seen, "c"));
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
}

// As somebody does who answers from a View: waits until what it showed is durable, and looks anew when it was
// lost. `shown`: whether what is lost was still there then.
Async<void> look_anew(World& world, std::string name, bool& shown) {
  Revision revision;
  for (bool seen = false; !seen;) {
    {
      const View view = co_await world.store().read();
      seen = view.find<ClusterRecord>(cluster(name)) != nullptr;
      revision = view.revision();
    }
    if (!seen) co_await world.runtime().sleep(std::chrono::milliseconds(1));
  }
  const Result<void> durable = co_await world.store().until_durable(revision);
  check(!durable.ok(), "it was not lost");
  const View view = co_await world.store().read();
  shown = view.find<ClusterRecord>(cluster(name)) != nullptr;
}

// Many records, as taking them back, or reading them anew, has to take a while for this.
void expect_lost_before_told(Fate fate) {
  constexpr int kRounds = 5;
  constexpr int kRecords = 90;
  World world(WorldKind::memory);
  for (int many = 0; many < 20; ++many) {
    Transaction transaction = make_transaction();
    for (int i = 0; i < kRecords; ++i)
      transaction.put(make_cluster("old" + std::to_string(many * kRecords + i)));
    world.must_commit(std::move(transaction));
  }
  for (int round = 0; round < kRounds; ++round) {
    const std::string id = std::to_string(round);
    MemoryFaults faults = once(fate);
    faults.append_delay = [] { return std::chrono::milliseconds(30); };
    world.memory().set_faults(faults);
    runtime::TaskGroup group(world.executor());
    runtime::Promise<Result<Revision>> outcome;
    group.spawn(commit_into(world.store(), put_cluster_as("b" + id, id), outcome));
    for (int many = 0; many < 60; ++many) {
      Transaction transaction = make_transaction();
      for (int i = 0; i < kRecords; ++i)
        transaction.put(make_cluster("new" + std::to_string(many * kRecords + i)));
      group.spawn(commit_into(world.store(), std::move(transaction), {}));
    }
    bool shown = true;
    runtime::block_on(world.executor(), look_anew(world, "b" + id, shown));
    EXPECT_FALSE(shown) << "round " << round;
    EXPECT_FALSE(world.run(outcome.wait()).ok());
    world.memory().set_faults({});
    world.run(group.drain());
    while (!world.committer().health().writable) static_cast<void>(exists(world, "old0"));
    // After a write that succeeded the next probe comes soon again.
    world.must_commit(put_cluster_as("between", "between " + id));
  }
}

TEST(Failure, WhoeverHearsOfALossSeesItNoMoreWhenItIsTakenBack) {
  expect_lost_before_told(Fate::refused);
}

TEST(Failure, WhoeverHearsOfALossSeesItNoMoreWhenTheStoreIsReadAnew) {
  expect_lost_before_told(Fate::unavailable_before);
}

TEST_P(BothModes, HealthSaysThatNothingIsWrittenUntilItIs) {
  World world(GetParam());
  world.memory().set_faults(full());
  EXPECT_FALSE(world.commit(put_cluster_as("a", "1")).ok());
  EXPECT_FALSE(world.committer().health().writable);
  EXPECT_EQ(world.committer().health().cause, "the disk is full: the memory engine");
  EXPECT_EQ(world.committer().health().refused, 1U);
  world.memory().set_faults({});
  while (!world.committer().health().writable) static_cast<void>(exists(world, "a"));
  world.must_commit(put_cluster_as("a", "2"));
}

TEST_P(BothModes, HealthSaysThatTheStoreCannotBeRead) {
  World world(GetParam());
  MemoryFaults faults = once(Fate::unavailable_before);
  const auto broken = std::make_shared<std::atomic<bool>>(true);
  faults.load_fails = [broken] { return broken->load(); };
  world.memory().set_faults(faults);
  EXPECT_FALSE(world.commit(put_cluster_as("a", "1")).ok());
  EXPECT_FALSE(world.committer().health().writable);
  *broken = false;
  while (!world.committer().health().writable) static_cast<void>(exists(world, "a"));
  world.must_commit(put_cluster_as("a", "2"));
}

TEST(Failure, WatchesLookAgainAfterSomethingWasTakenBack) {
  World world(WorldKind::memory);
  const auto watch = world.store().watch(world.executor());
  world.memory().set_faults(full());
  EXPECT_FALSE(world.commit(put_cluster_as("b", "2")).ok());
  EXPECT_EQ(world.run(watch->next()).error().code, ErrorCode::too_large);
}

TEST(Failure, ExpectationsFromBeforeAFailureDoNotHold) {
  World world(WorldKind::memory);
  const Revision before = world.must_commit(put_cluster_as("a", "1"));
  world.memory().set_faults(once(Fate::unavailable_before));
  EXPECT_FALSE(world.commit(put_cluster_as("b", "2")).ok());
  // Answered after the tables were read anew; until then Views still show what was lost.
  EXPECT_FALSE(*world.run(world.store().outcome_of("2")));
  EXPECT_FALSE(exists(world, "b"));
  Transaction transaction = put_cluster_as("c", "3");
  transaction.expect_unchanged(kActiveClusters, realm_key(kRealm), Revision(before.value() + 1));
  EXPECT_EQ(world.commit(std::move(transaction)).error().code, ErrorCode::conflict);
}

TEST(Failure, ReadsAnewUntilTheEngineAnswers) {
  World world(WorldKind::memory);
  world.must_commit(put_cluster_as("a", "1"));
  MemoryFaults faults = once(Fate::unavailable_before);
  faults.load_fails = [times = 2]() mutable { return times-- > 0; };
  world.memory().set_faults(faults);
  EXPECT_FALSE(world.commit(put_cluster_as("b", "2")).ok());
  EXPECT_TRUE(exists(world, "a"));
  // Commits are refused until the engine answers; then they succeed.
  Result<Revision> revision = world.commit(put_cluster_as("c", "3"));
  for (int i = 0; i < 100 && !revision.ok(); ++i) revision = world.commit(put_cluster_as("c", "3"));
  EXPECT_TRUE(revision.ok());
}

TEST(Failure, SpuriousConflictsAreRetried) {
  World world(WorldKind::memory_shared);
  MemoryFaults faults;
  faults.append = [left = 3](const EngineBatch&) mutable {
    return left-- > 0 ? Fate::conflict : Fate::applied;
  };
  world.memory().set_faults(faults);
  EXPECT_TRUE(world.commit(put_cluster_as("a", "1")).ok());
  faults.append = [](const EngineBatch&) { return Fate::conflict; };
  world.memory().set_faults(faults);
  EXPECT_EQ(world.commit(put_cluster_as("b", "2")).error().code, ErrorCode::unavailable);
}

TEST(Failure, ACompactedReplicaReadsAnew) {
  World world(WorldKind::memory_shared);
  world.must_commit(put_cluster_as("a", "1"));
  EXPECT_TRUE(exists(world, "a", 1));
  MemoryFaults faults;
  faults.compact = [times = 4]() mutable { return times-- > 0; };
  world.memory().set_faults(faults);
  world.must_commit(put_cluster_as("b", "2"));
  world.must_commit(put_cluster_as("c", "3"));
  EXPECT_TRUE(exists(world, "b", 1));
  EXPECT_TRUE(exists(world, "c", 1));
}

TEST(Failure, ALaggingReplicaShowsWhatWasAnsweredElsewhere) {
  World world(WorldKind::memory_shared);
  MemoryFaults faults;
  faults.watch_delay = [] { return std::chrono::milliseconds(20); };
  faults.head_fails = [times = 2]() mutable { return times-- > 0; };
  world.memory().set_faults(faults);
  world.must_commit(put_cluster_as("a", "1"));
  bool shown = false;
  runtime::block_on(world.executor(), look_once(world.store(1), shown));
  EXPECT_TRUE(shown);
}

TEST(Failure, ALaggingReplicaDecidesOnTheHead) {
  World world(WorldKind::memory_shared);
  MemoryFaults faults;
  faults.watch_delay = [] { return std::chrono::milliseconds(20); };
  world.memory().set_faults(faults);
  const auto create = [](const std::string& id) {
    Transaction transaction = put_cluster_as("a", id);
    transaction.expect_absent<ClusterRecord>(cluster("a"));
    return transaction;
  };
  EXPECT_TRUE(world.commit(create("1"), 0).ok());
  EXPECT_EQ(world.commit(create("2"), 1).error().code, ErrorCode::conflict);
}

Transaction put_generation(const std::string& generation) {
  Transaction transaction = make_transaction();
  transaction.put(make_cluster("a", generation));
  return transaction;
}

Transaction need_not_last(Transaction transaction) {
  transaction.need_not_last();
  return transaction;
}

std::string generation(World& world) {
  return world.view(
      [](const View& view) { return view.find<ClusterRecord>(cluster("a"))->record->generation; });
}

TEST(NeedNotLast, EverybodySeesItAndItGoesWithTheProcess) {
  for (const WorldKind kind : {WorldKind::memory, WorldKind::sqlite}) {
    TemporaryFolder folder;
    World world(kind, folder.path("berth.db"));
    const Revision first = world.must_commit(put_generation("g1"));
    EXPECT_GT(world.must_commit(need_not_last(put_generation("g2"))), first);
    EXPECT_EQ(generation(world), "g2");
    world.restart();
    world.must_commit(put_cluster_as("b", "1"));
    EXPECT_EQ(generation(world), "g1");
  }
}

TEST(NeedNotLast, WhatIsWrittenAfterwardsLasts) {
  for (const WorldKind kind : {WorldKind::memory, WorldKind::sqlite}) {
    TemporaryFolder folder;
    World world(kind, folder.path("berth.db"));
    world.must_commit(put_generation("g1"));
    world.must_commit(need_not_last(put_generation("g2")));
    world.must_commit(put_cluster_as("b", "1"));
    world.must_commit(put_generation("g3"));
    world.restart();
    EXPECT_EQ(generation(world), "g3");
    EXPECT_TRUE(exists(world, "b"));
  }
}

TEST(NeedNotLast, GoesOnWhileNothingCanBeWritten) {
  World world(WorldKind::memory);
  world.must_commit(put_generation("g1"));
  world.memory().set_faults(full());
  EXPECT_FALSE(world.commit(put_cluster_as("b", "1")).ok());
  world.must_commit(need_not_last(put_generation("g2")));
  EXPECT_EQ(generation(world), "g2");
}

TEST(NeedNotLast, MayNotMakeARecord) {
  World world(WorldKind::memory);
  EXPECT_EQ(world.commit(need_not_last(put_generation("g1"))).error().code, ErrorCode::invalid);
}

TEST(Failure, AFullQueueIsOverloaded) {
  Submissions submissions;
  for (std::size_t i = 0; i < kCommitQueueMax; ++i) ASSERT_TRUE(submissions.push(Question{}).ok());
  const Result<void> refused = submissions.push(Question{});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().retry, Retry::same_request);
}

TEST(Failure, AfterStopEverybodyIsRefused) {
  World world(WorldKind::memory);
  runtime::IoThreads loop(1);
  loop.start();
  runtime::RealRuntime runtime(loop.executor(0));
  Committer committer(world.memory(), runtime, loop.executor(0));
  ASSERT_TRUE(runtime::block_on(loop.executor(0), committer.start()).ok());
  runtime::block_on(loop.executor(0), committer.stop());
  EXPECT_FALSE(runtime::block_on(loop.executor(0), committer.commit(put_cluster_as("a", "1"))).ok());
  EXPECT_FALSE(runtime::block_on(loop.executor(0), committer.until_durable(Revision(99))).ok());
}

}  // namespace
}  // namespace berth::store::testing
