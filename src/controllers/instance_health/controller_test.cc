// Goal: an instance that stays away loses its tasks after the grace, not before, and not because a clock was
// set. Method: virtual time, memory engine, records by hand.
#include "controllers/instance_health/controller.h"

#include <gtest/gtest.h>

#include "runtime/sim/sim_world.h"
#include "store/committer.h"
#include "store/memory/memory_engine.h"

namespace berth::controllers::instance_health {
namespace {

using namespace std::chrono_literals;
using domain::TaskStatus;

const domain::Realm kRealm{"000000000000", "us-east-1"};

class InstanceHealthTest : public ::testing::Test {
 protected:
  InstanceHealthTest() {
    check(world_.run(node_, committer_.start()).ok(), "the store of a test must start");
    put_instance(true);
    put_task();
    group_.spawn(controller_.run());
  }
  ~InstanceHealthTest() override {
    group_.cancel();
    world_.run_until([this] { return group_.size() == 0; });
    world_.run(node_, committer_.stop());
  }
  // A running task, and what it takes.
  void put_task() {
    store::Transaction transaction(node_.runtime().ids().uuid(), domain::Writer::restore);
    domain::InstanceAllocation allocation;
    allocation.account = kRealm.account;
    allocation.region = kRealm.region;
    allocation.cluster = "c";
    allocation.instance_id = "h";
    allocation.cpu = 10;
    allocation.task_count = 1;
    transaction.put(allocation);
    domain::TaskRecord task;
    task.account = kRealm.account;
    task.region = kRealm.region;
    task.cluster = "c";
    task.id = "t";
    task.instance_id = "h";
    task.cpu = 10;
    task.last_status = TaskStatus::running;
    task.desired_status = TaskStatus::running;
    transaction.put(task);
    commit(std::move(transaction));
  }
  void commit(store::Transaction transaction) {
    ASSERT_TRUE(world_.run(node_, committer_.commit(std::move(transaction))).ok());
  }
  void put_instance(bool connected, bool awaited = false) {
    domain::ContainerInstanceRecord record;
    record.account = kRealm.account;
    record.region = kRealm.region;
    record.cluster = "c";
    record.id = "h";
    record.ec2_instance_id = "i-h";
    record.status = domain::InstanceStatus::active;
    record.cpu = record.memory = 1024;
    record.agent_connected = connected;
    if (awaited)
      record.session_owner = "before";
    else if (!connected)
      record.disconnected_at = node_.runtime().clock().wall();
    store::Transaction transaction(node_.runtime().ids().uuid(), domain::Writer::restore);
    transaction.put(record);
    commit(std::move(transaction));
  }
  static Async<domain::TaskRecord> read(store::Store* store) {
    const auto view = co_await store->read();
    co_return *view.find<domain::TaskRecord>(store::task_key(kRealm, "c", "t"))->record;
  }
  domain::TaskRecord task() { return world_.run(node_, read(&committer_)); }

  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("a");
  store::memory::MemoryEngine engine_{node_.runtime(), store::memory::MemoryEngine::Mode::private_};
  store::Committer committer_{engine_, node_.runtime(), node_.executor()};
  InstanceHealthController controller_{committer_, node_.runtime(), 5min};
  runtime::TaskGroup group_{node_.executor()};
};

TEST_F(InstanceHealthTest, GivesUpAfterTheGraceAndNamesTheInstance) {
  world_.run_for(1min);
  put_instance(false);
  world_.run_for(4min + 50s);
  EXPECT_EQ(task().last_status, TaskStatus::running);
  world_.run_for(20s);
  EXPECT_EQ(task().last_status, TaskStatus::stopped);
  EXPECT_NE(task().stopped_reason->find("i-h"), std::string::npos);
}

TEST_F(InstanceHealthTest, AnInstanceThatComesBackKeepsItsTasks) {
  world_.run_for(1min);
  put_instance(false);
  world_.run_for(4min);
  put_instance(true);
  world_.run_for(10min);
  EXPECT_EQ(task().last_status, TaskStatus::running);
}

// The gateway gives it up; from then on the grace counts.
TEST_F(InstanceHealthTest, AnAwaitedInstanceKeepsItsTasks) {
  put_instance(false, true);
  world_.run_for(10min);
  EXPECT_EQ(task().last_status, TaskStatus::running);
  put_instance(false);
  world_.run_for(5min + 20s);
  EXPECT_EQ(task().last_status, TaskStatus::stopped);
}

TEST_F(InstanceHealthTest, AForwardStepOfTheWallClockGivesUpNothing) {
  world_.run_for(1min);
  put_instance(false);
  world_.run_for(10s);
  node_.step_wall(24h);
  world_.run_for(4min);
  EXPECT_EQ(task().last_status, TaskStatus::running);
}

TEST_F(InstanceHealthTest, ABackwardStepKeepsThemNoLonger) {
  for (const Duration step : {Duration(-30s), Duration(-2h)}) {
    world_.run_for(1min);
    put_instance(false);
    world_.run_for(2s);
    node_.step_wall(step);
    world_.run_for(4min + 50s);
    EXPECT_EQ(task().last_status, TaskStatus::running);
    world_.run_for(20s);
    EXPECT_EQ(task().last_status, TaskStatus::stopped);
    put_task();
    put_instance(true);
    world_.run_for(5s);
  }
}

TEST_F(InstanceHealthTest, WhoGoesAgainHasTheWholeGraceAgain) {
  world_.run_for(1min);
  put_instance(false);
  world_.run_for(4min);
  put_instance(true);
  put_instance(false);
  world_.run_for(4min);
  EXPECT_EQ(task().last_status, TaskStatus::running);
}

}  // namespace
}  // namespace berth::controllers::instance_health
