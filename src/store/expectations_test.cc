// What transactions promise about reads, expectations, limits and rights, on every engine.
#include "store/testing/conformance.h"

namespace berth::store::testing {
namespace {

using domain::ClusterRecord;
using domain::ContainerInstanceRecord;
using domain::TaskRecord;

class Expectations : public Conformance {};
INSTANTIATE_TEST_SUITE_P(Engines, Expectations, every_engine(), ::testing::PrintToStringParamName());

Transaction put_new_cluster(const std::string& name, const std::string& generation = "g1") {
  Transaction transaction = make_transaction();
  transaction.put(make_cluster(name, generation));
  return transaction;
}

TEST_P(Expectations, WritesAreReadBackWithTheirRevision) {
  const Revision first = world_.must_commit(put_new_cluster("a"));
  EXPECT_EQ(revision_of<ClusterRecord>(cluster("a")), first);
  const Revision second = world_.must_commit(put_new_cluster("a", "g2"), 1);
  EXPECT_GT(second, first);
  EXPECT_EQ(revision_of<ClusterRecord>(cluster("a")), second);
  EXPECT_EQ(find<ClusterRecord>(cluster("a"))->generation, "g2");
  Transaction erase = make_transaction();
  erase.erase<ClusterRecord>(cluster("a"));
  world_.must_commit(std::move(erase));
  EXPECT_EQ(find<ClusterRecord>(cluster("a")), nullptr);
  EXPECT_EQ(find<ClusterRecord>(cluster("a"), 1), nullptr);
}

TEST_P(Expectations, RecordMustHaveItsRevision) {
  const Revision seen = world_.must_commit(put_new_cluster("a"));
  Transaction same = put_new_cluster("a", "g2");
  same.expect<ClusterRecord>(cluster("a"), seen);
  EXPECT_EQ(failure(std::move(same)), std::nullopt);
  Transaction stale = put_new_cluster("a", "g3");
  stale.expect<ClusterRecord>(cluster("a"), seen);
  EXPECT_EQ(failure(std::move(stale), 1), ErrorCode::conflict);
  Transaction gone = put_new_cluster("b");
  gone.expect<ClusterRecord>(cluster("nowhere"), seen);
  EXPECT_EQ(failure(std::move(gone)), ErrorCode::conflict);
  EXPECT_EQ(find<ClusterRecord>(cluster("a"))->generation, "g2");
  EXPECT_EQ(find<ClusterRecord>(cluster("b")), nullptr);
}

TEST_P(Expectations, AbsentMeansNoRecord) {
  const auto create = [](const std::string& name) {
    Transaction transaction = put_new_cluster(name);
    transaction.expect_absent<ClusterRecord>(cluster(name));
    return transaction;
  };
  EXPECT_EQ(failure(create("a")), std::nullopt);
  EXPECT_EQ(failure(create("a"), 1), ErrorCode::conflict);
}

TEST_P(Expectations, NoneMeansAnEmptyGroup) {
  const auto when_empty = [] {
    Transaction transaction = put_new_cluster("x");
    transaction.expect_none(kInstancesByCluster, cluster("c"));
    return transaction;
  };
  EXPECT_EQ(failure(when_empty()), std::nullopt);
  make_cluster_with_instance();
  EXPECT_EQ(failure(when_empty(), 1), ErrorCode::conflict);
  Transaction gone = make_transaction();
  ContainerInstanceRecord inactive = make_instance("i");
  inactive.status = domain::InstanceStatus::inactive;
  gone.put(inactive);
  world_.must_commit(std::move(gone));
  EXPECT_EQ(failure(when_empty()), std::nullopt);
}

TEST_P(Expectations, UnchangedSeesAdditionsChangesAndRemovals) {
  make_cluster_with_instance();
  const auto unchanged_since = [&](Revision revision) {
    Transaction transaction = put_new_cluster("x");
    transaction.expect_unchanged(kInstancesByCluster, cluster("c"), revision);
    return failure(std::move(transaction), 1);
  };
  Revision last = world_.must_commit(put_new_cluster("y"));
  EXPECT_EQ(unchanged_since(last), std::nullopt);
  const auto change = [&](Transaction transaction) {
    const Revision before = last;
    last = world_.must_commit(std::move(transaction));
    EXPECT_EQ(unchanged_since(before), ErrorCode::conflict);
    EXPECT_EQ(unchanged_since(last), std::nullopt);
  };
  Transaction add = make_transaction();
  add.put(make_instance("j"));
  change(std::move(add));
  Transaction alter = make_transaction();
  alter.put(make_instance("j", 2048));
  change(std::move(alter));
  Transaction remove = make_transaction();
  remove.erase<ContainerInstanceRecord>(instance("i"));
  remove.erase<ContainerInstanceRecord>(instance("j"));
  change(std::move(remove));
}

TEST_P(Expectations, TooManyWritesAreRefused) {
  Transaction most = make_transaction();
  for (std::size_t i = 0; i < kTransactionWritesMax; ++i) most.put(make_cluster("a" + std::to_string(i)));
  Transaction too_many = most;
  too_many.put(make_cluster("one-more"));
  EXPECT_EQ(failure(std::move(too_many)), ErrorCode::too_large);
  EXPECT_EQ(find<ClusterRecord>(cluster("a0")), nullptr);
  EXPECT_EQ(failure(std::move(most)), std::nullopt);
}

TEST_P(Expectations, OnlyItsOwnerChangesATask) {
  Transaction stranger = make_transaction(domain::Writer::reaper);
  stranger.put(make_task("t", "i"));
  EXPECT_EQ(failure(std::move(stranger)), ErrorCode::denied);
  Transaction api = make_transaction();
  api.put(make_task("t", "i"));
  EXPECT_EQ(failure(std::move(api)), std::nullopt);
  Transaction back = make_transaction(domain::Writer::service_scheduler);
  TaskRecord running = make_task("t", "i");
  running.last_status = domain::TaskStatus::running;
  back.put(running);
  EXPECT_EQ(failure(std::move(back), 1), ErrorCode::denied);
}

TEST_P(Expectations, OutcomeIsKnownById) {
  Transaction transaction("known-id", domain::Writer::api);
  transaction.put(make_cluster("a"));
  world_.must_commit(std::move(transaction));
  const Result<bool> known = world_.run(world_.store(1).outcome_of("known-id"));
  const Result<bool> unknown = world_.run(world_.store(1).outcome_of("no-such-id"));
  EXPECT_TRUE(known.ok() && *known);
  EXPECT_TRUE(unknown.ok() && !*unknown);
}

TEST_P(Expectations, RestartKeepsEverythingAndGoesOnAbove) {
  domain::ClusterRecord record = make_cluster("a");
  record.unknown_members["fromTheFuture"] = 7;
  Transaction transaction("before", domain::Writer::api);
  transaction.put(record);
  const Revision written = world_.must_commit(std::move(transaction));
  world_.restart();
  EXPECT_EQ(*find<ClusterRecord>(cluster("a")), record);
  EXPECT_EQ(revision_of<ClusterRecord>(cluster("a")), written);
  EXPECT_EQ(world_.store().durable(), written);
  EXPECT_TRUE(*world_.run(world_.store().outcome_of("before")));
  EXPECT_GT(world_.must_commit(put_new_cluster("b")), written);
}

}  // namespace
}  // namespace berth::store::testing
