// Goal: what is over is deleted when its time has come, by age and by count, and nothing else is.
// Method: memory engine on virtual time; records of chosen ages; batches until nothing is left to do.
#include "controllers/reaper/controller.h"

#include <gtest/gtest.h>

#include "runtime/sim/sim_world.h"
#include "store/committer.h"
#include "store/memory/memory_engine.h"

namespace berth::controllers::reaper {
namespace {

using namespace std::chrono_literals;
using domain::TaskStatus;

const domain::Realm kRealm{"000000000000", "us-east-1"};

class ReaperTest : public ::testing::Test {
 protected:
  ReaperTest() {
    check(world_.run(node_, committer_.start()).ok(), "the store of a test must start");
    domain::ClusterRecord cluster;
    cluster.account = kRealm.account;
    cluster.region = kRealm.region;
    cluster.name = "c";
    cluster.status = domain::ClusterStatus::active;
    put(cluster);
  }
  ~ReaperTest() override { world_.run(node_, committer_.stop()); }

  template <class R>
  void put(R record) {
    store::Transaction transaction(node_.runtime().ids().uuid(), domain::Writer::restore);
    transaction.put(std::move(record));
    ASSERT_TRUE(world_.run(node_, committer_.commit(std::move(transaction))).ok());
  }
  WallTime ago(Duration age) { return node_.runtime().clock().wall() - age; }
  void put_task(const std::string& id, TaskStatus status, Duration age) {
    domain::TaskRecord task;
    task.account = kRealm.account;
    task.region = kRealm.region;
    task.cluster = "c";
    task.id = id;
    task.last_status = task.desired_status = status;
    task.stopped_at = ago(age);
    put(task);
  }
  std::size_t reap(Retention retention) {
    ReaperController reaper(committer_, node_.runtime(), retention);
    std::size_t all = 0;
    while (const std::size_t count = world_.run(node_, reaper.reap())) all += count;
    return all;
  }
  template <class R>
  static Async<bool> find(store::Store* store, std::string key) {
    const auto view = co_await store->read();
    co_return view.template find<R>(key) != nullptr;
  }
  bool has_task(const std::string& id) {
    return world_.run(node_, find<domain::TaskRecord>(&committer_, store::task_key(kRealm, "c", id)));
  }

  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("a");
  store::memory::MemoryEngine engine_{node_.runtime(), store::memory::MemoryEngine::Mode::private_};
  store::Committer committer_{engine_, node_.runtime(), node_.executor()};
};

TEST_F(ReaperTest, StoppedTasksStayForAnHour) {
  put_task("old", TaskStatus::stopped, 61min);
  put_task("young", TaskStatus::stopped, 59min);
  put_task("running", TaskStatus::running, 48h);
  EXPECT_EQ(reap({}), 1U);
  EXPECT_FALSE(has_task("old"));
  EXPECT_TRUE(has_task("young"));
  EXPECT_TRUE(has_task("running"));
}

// The agent may still run it and is to be told when it comes back.
TEST_F(ReaperTest, WhatWasGivenUpStaysUntilItsAgentKnows) {
  domain::TaskRecord task;
  task.account = kRealm.account;
  task.region = kRealm.region;
  task.cluster = "c";
  task.id = "given-up";
  task.instance_id = "i1";
  task.last_status = task.desired_status = TaskStatus::stopped;
  task.stopped_at = ago(61min);
  task.connectivity = model::ecs::Connectivity::disconnected;
  put(task);
  domain::ContainerInstanceRecord instance;
  instance.account = kRealm.account;
  instance.region = kRealm.region;
  instance.cluster = "c";
  instance.id = "i1";
  instance.status = domain::InstanceStatus::active;
  instance.disconnected_at = ago(70min);
  put(instance);
  EXPECT_EQ(reap({}), 0U);
  EXPECT_TRUE(has_task("given-up"));
  instance.agent_connected = true;
  instance.disconnected_at.reset();
  put(instance);
  EXPECT_EQ(reap({}), 1U);
}

TEST_F(ReaperTest, BeyondTheirNumberOnlyThoseOlderThanTenMinutesGo) {
  for (int i = 0; i < 5; ++i) put_task("old" + std::to_string(i), TaskStatus::stopped, 11min);
  for (int i = 0; i < 5; ++i) put_task("new" + std::to_string(i), TaskStatus::stopped, 9min);
  EXPECT_EQ(reap({.stopped_tasks_max = 3}), 5U);
  EXPECT_TRUE(has_task("new0"));
}

TEST_F(ReaperTest, WorksInBatches) {
  for (int i = 0; i < 250; ++i) put_task("t" + std::to_string(i), TaskStatus::stopped, 2h);
  ReaperController reaper(committer_, node_.runtime(), {});
  EXPECT_EQ(world_.run(node_, reaper.reap()), kBatchMax);
  EXPECT_EQ(reap({}), 150U);
}

TEST_F(ReaperTest, RealmsWithoutClustersAreLookedAfterToo) {
  for (const char* region : {"eu-west-1", "us-east-1", "us-east-1b", "us-west-2"}) {
    domain::ClientTokenRecord token;
    token.account = kRealm.account;
    token.region = region;
    token.scope = "RunTask";
    token.token = "t";
    token.created_at = ago(25h);
    put(token);
  }
  EXPECT_EQ(reap({}), 4U);
}

TEST_F(ReaperTest, InactiveServicesStayForADay) {
  domain::ServiceRecord service;
  service.account = kRealm.account;
  service.region = kRealm.region;
  service.cluster = "c";
  service.status = domain::ServiceStatus::inactive;
  service.scheduling_strategy = model::ecs::SchedulingStrategy::replica;
  service.name = "old";
  service.inactive_at = ago(25h);
  put(service);
  service.name = "young";
  service.inactive_at = ago(23h);
  put(service);
  EXPECT_EQ(reap({}), 1U);
  EXPECT_TRUE(
      world_.run(node_, find<domain::ServiceRecord>(&committer_, store::service_key(kRealm, "c", "young"))));
}

TEST_F(ReaperTest, StepsOfTheWallClockDeleteNothingEarlyAndKeepNothingLong) {
  for (const Duration step : {Duration(2h), Duration(-2h)}) {
    ReaperController reaper(committer_, node_.runtime(), {});
    EXPECT_EQ(world_.run(node_, reaper.reap()), 0U);
    put_task("stepped", TaskStatus::stopped, 0s);
    world_.run_for(10s);
    node_.step_wall(step);
    world_.run_for(59min);
    EXPECT_EQ(world_.run(node_, reaper.reap()), 0U);
    world_.run_for(1min);
    EXPECT_EQ(world_.run(node_, reaper.reap()), 1U);
    EXPECT_FALSE(has_task("stepped"));
  }
}

}  // namespace
}  // namespace berth::controllers::reaper
