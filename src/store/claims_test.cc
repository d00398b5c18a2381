// Claims on instances, and pairs of operations that must not both win, on every engine.
#include "store/testing/conformance.h"

namespace berth::store::testing {
namespace {

using domain::ClusterRecord;
using domain::ContainerInstanceRecord;
using domain::InstanceAllocation;

class Claims : public Conformance {
 protected:
  void SetUp() override { make_cluster_with_instance(); }
  std::optional<ErrorCode> claim(Resources resources, std::size_t which = 0) {
    Transaction transaction = make_transaction();
    transaction.claim(instance("i"), std::move(resources));
    return failure(std::move(transaction), which);
  }
  void set_status(domain::InstanceStatus status) {
    Transaction transaction = make_transaction();
    ContainerInstanceRecord record = make_instance("i");
    record.status = status;
    transaction.put(record);
    world_.must_commit(std::move(transaction));
  }
  // RunTask as a handler decides it on what it saw: the cluster and the definition stay, the instance has
  // room.
  Transaction run_task(const std::string& id, Resources resources) {
    Transaction transaction = make_transaction();
    transaction.expect<ClusterRecord>(cluster("c"), revision_of<ClusterRecord>(cluster("c")));
    transaction.put(make_task(id, "i"));
    transaction.claim(instance("i"), std::move(resources));
    return transaction;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, Claims, every_engine(), ::testing::PrintToStringParamName());

TEST_P(Claims, FitOrConflict) {
  EXPECT_EQ(claim({.cpu = 1000, .memory = 100}), std::nullopt);
  EXPECT_EQ(claim({.cpu = 25}, 1), ErrorCode::conflict);
  EXPECT_EQ(claim({.cpu = 24}, 1), std::nullopt);
  EXPECT_EQ(claim({.memory = 925}), ErrorCode::conflict);
  EXPECT_EQ(claim({.memory = 924}), std::nullopt);
  EXPECT_EQ(claim({.tcp_ports = {80, 443}}), std::nullopt);
  EXPECT_EQ(claim({.tcp_ports = {443}}, 1), ErrorCode::conflict);
  EXPECT_EQ(claim({.tcp_ports = {22}}), ErrorCode::conflict);
  EXPECT_EQ(claim({.tcp_ports = {8080, 8080}}), ErrorCode::conflict);
  EXPECT_EQ(claim({.udp_ports = {443}}), std::nullopt);
  EXPECT_EQ(claim({.udp_ports = {443}}, 1), ErrorCode::conflict);
  EXPECT_EQ(claim({.udp_ports = {53}}), ErrorCode::conflict);
  const auto allocation = find<InstanceAllocation>(instance("i"));
  EXPECT_EQ(allocation->cpu, 1024);
  EXPECT_EQ(allocation->memory, 1024);
  EXPECT_EQ(allocation->tcp_ports, (std::vector<std::int32_t>{80, 443}));
  EXPECT_EQ(allocation->task_count, 5);
}

TEST_P(Claims, NeedAnActiveInstance) {
  Transaction nowhere = make_transaction();
  nowhere.claim(instance("nowhere"), {});
  EXPECT_EQ(failure(std::move(nowhere)), ErrorCode::conflict);
  set_status(domain::InstanceStatus::draining);
  EXPECT_EQ(claim({.cpu = 1}), ErrorCode::conflict);
  Transaction any = make_transaction();
  any.claim_any_status(instance("i"), {.cpu = 1024});
  EXPECT_EQ(failure(std::move(any)), std::nullopt);
  Transaction full = make_transaction();
  full.claim_any_status(instance("i"), {.cpu = 1});
  EXPECT_EQ(failure(std::move(full), 1), ErrorCode::conflict);
}

TEST_P(Claims, AreGivenBack) {
  const auto release = [&](const std::string& id, Resources resources) {
    Transaction transaction = make_transaction();
    transaction.release(instance(id), std::move(resources));
    return failure(std::move(transaction), 1);
  };
  EXPECT_EQ(claim({.cpu = 1024, .memory = 1024, .tcp_ports = {80}, .udp_ports = {80}}), std::nullopt);
  EXPECT_EQ(find<InstanceAllocation>(instance("i"), 1)->task_count, 1);
  EXPECT_EQ(release("i", {.cpu = 1024, .memory = 1024, .tcp_ports = {80}, .udp_ports = {80}}), std::nullopt);
  EXPECT_EQ(*find<InstanceAllocation>(instance("i")), make_allocation("i"));
  EXPECT_EQ(release("i", {.cpu = 1}), ErrorCode::conflict);
  EXPECT_EQ(release("nowhere", {.cpu = 1}), std::nullopt);
}

// Engines with one writer do not keep allocations: they are added up from the tasks.
TEST_P(Claims, AreThereAfterARestart) {
  const Resources resources{.cpu = 400, .memory = 300, .tcp_ports = {443, 80}, .udp_ports = {5353}};
  const auto holding = [&](const std::string& id, Resources held) {
    domain::TaskRecord record = make_task(id, "i");
    record.cpu = static_cast<std::int32_t>(held.cpu);
    record.memory = static_cast<std::int32_t>(held.memory);
    record.tcp_ports = held.tcp_ports;
    record.udp_ports = held.udp_ports;
    return record;
  };
  Transaction run = make_transaction(domain::Writer::restore);
  run.put(holding("t1", resources));
  run.claim(instance("i"), resources);
  run.put(holding("t2", {.cpu = 1, .tcp_ports = {81}}));
  run.claim(instance("i"), {.cpu = 1, .tcp_ports = {81}});
  domain::TaskRecord over = holding("t3", {.cpu = 100, .tcp_ports = {82}});
  over.last_status = over.desired_status = domain::TaskStatus::stopped;
  run.put(over);
  world_.must_commit(std::move(run));
  const InstanceAllocation before = *find<InstanceAllocation>(instance("i"));
  EXPECT_EQ(before.cpu, 401);
  EXPECT_EQ(before.tcp_ports, (std::vector<std::int32_t>{80, 81, 443}));
  world_.restart();
  EXPECT_EQ(*find<InstanceAllocation>(instance("i")), before);
  EXPECT_EQ(claim({.cpu = 624}), ErrorCode::conflict);
  EXPECT_EQ(claim({.udp_ports = {5353}}), ErrorCode::conflict);
  EXPECT_EQ(claim({.cpu = 623, .tcp_ports = {82}}), std::nullopt);
}

TEST_P(Claims, MayComeWithTheInstance) {
  Transaction transaction = make_transaction();
  transaction.put(make_instance("new"));
  transaction.put(make_allocation("new"));
  transaction.claim(instance("new"), {.cpu = 1});
  transaction.claim(instance("new"), {.cpu = 2});
  EXPECT_EQ(failure(std::move(transaction)), std::nullopt);
  EXPECT_EQ(find<InstanceAllocation>(instance("new"))->cpu, 3);
}

TEST_P(Claims, TwoTasksDecidedOnTheSameViewBothFit) {
  Transaction first = run_task("t1", {.cpu = 512, .tcp_ports = {80}});
  Transaction second = run_task("t2", {.cpu = 512, .tcp_ports = {81}});
  EXPECT_EQ(failure(std::move(first)), std::nullopt);
  EXPECT_EQ(failure(std::move(second), 1), std::nullopt);
}

TEST_P(Claims, TwoTasksForOnePortDoNotBothWin) {
  Transaction first = run_task("t1", {.tcp_ports = {80}});
  Transaction second = run_task("t2", {.tcp_ports = {80}});
  EXPECT_EQ(failure(std::move(first)), std::nullopt);
  EXPECT_EQ(failure(std::move(second), 1), ErrorCode::conflict);
  EXPECT_EQ(find<domain::TaskRecord>(task("t2")), nullptr);
}

TEST_P(Claims, DeleteClusterAgainstRunTask) {
  const auto delete_cluster = [&] {
    Transaction transaction = make_transaction();
    ClusterRecord record = make_cluster("c");
    record.status = domain::ClusterStatus::inactive;
    transaction.expect<ClusterRecord>(cluster("c"), revision_of<ClusterRecord>(cluster("c")));
    transaction.expect_none(kUnstoppedTasks, cluster("c"));
    transaction.put(record);
    return transaction;
  };
  Transaction run = run_task("t1", {});
  Transaction too_late = run_task("t2", {});
  Transaction remove = delete_cluster();
  EXPECT_EQ(failure(std::move(run)), std::nullopt);
  EXPECT_EQ(failure(std::move(remove), 1), ErrorCode::conflict);
  Transaction stopped = make_transaction(domain::Writer::restore);
  stopped.erase<domain::TaskRecord>(task("t1"));
  world_.must_commit(std::move(stopped));
  EXPECT_EQ(failure(delete_cluster()), std::nullopt);
  EXPECT_EQ(failure(std::move(too_late), 1), ErrorCode::conflict);
}

TEST_P(Claims, DrainAgainstRunTask) {
  Transaction run = run_task("t1", {});
  set_status(domain::InstanceStatus::draining);
  EXPECT_EQ(failure(std::move(run), 1), ErrorCode::conflict);
}

TEST_P(Claims, DeregisterInstanceAgainstRunTask) {
  Transaction run = run_task("t1", {});
  Transaction deregister = make_transaction();
  deregister.expect_none(kTasksByInstance, instance("i"));
  ContainerInstanceRecord record = make_instance("i");
  record.status = domain::InstanceStatus::inactive;
  deregister.put(record);
  deregister.erase<InstanceAllocation>(instance("i"));
  Transaction again = deregister;
  EXPECT_EQ(failure(std::move(deregister)), std::nullopt);
  EXPECT_EQ(failure(std::move(run), 1), ErrorCode::conflict);
  Transaction task_elsewhere = make_transaction();
  task_elsewhere.put(make_task("t2", "i"));
  world_.must_commit(std::move(task_elsewhere));
  EXPECT_EQ(failure(std::move(again), 1), ErrorCode::conflict);
}

TEST_P(Claims, DeregisterDefinitionAgainstRunTask) {
  Transaction define = make_transaction();
  define.put(make_definition("web", 1));
  const Revision defined = world_.must_commit(std::move(define));
  const std::string key = task_definition_key(kRealm, "web", 1);
  Transaction run = run_task("t1", {});
  run.expect<domain::TaskDefinitionRecord>(key, defined);
  Transaction deregister = make_transaction();
  domain::TaskDefinitionRecord inactive = make_definition("web", 1);
  inactive.status = domain::DefinitionStatus::inactive;
  deregister.put(inactive);
  world_.must_commit(std::move(deregister), 1);
  EXPECT_EQ(failure(std::move(run)), ErrorCode::conflict);
}

}  // namespace
}  // namespace berth::store::testing
