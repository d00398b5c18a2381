// Goal: acknowledged tasks are marked, many in one transaction, and nothing else is. Method: marks on the
// store of a World, without a session.
#include "gateway/delivery_marks.h"

#include <gtest/gtest.h>

#include "gateway/testing/world.h"
#include "runtime/task_group.h"

namespace berth::gateway {
namespace {

using testing::kRealm;
using testing::World;

class DeliveryMarksTest : public ::testing::Test {
 protected:
  static std::string key_of(const std::string& id) { return store::task_key(kRealm, "default", id); }
  static std::string host(const std::string& id = "i1") { return store::instance_key(kRealm, "default", id); }
  /// Lets them be written; by how many transactions.
  std::uint64_t write() {
    const auto before = world_.store().durable().value();
    runtime::TaskGroup group(world_.server().executor());
    group.spawn(marks_.run());
    world_.run_for(std::chrono::seconds(1));
    group.cancel();
    world_.sim().run(world_.server(), group.drain());
    return world_.store().durable().value() - before;
  }

  World world_;
  GatewayLimits limits_;
  DeliveryMarks marks_{world_.store(), world_.server().runtime(), limits_};
};

TEST_F(DeliveryMarksTest, GoManyToATransaction) {
  const std::size_t count = limits_.tasks_per_commit + 10;
  for (std::size_t i = 0; i < count; ++i) {
    world_.put_task("t" + std::to_string(i));
    marks_.add(key_of("t" + std::to_string(i)), host());
    marks_.add(key_of("t" + std::to_string(i)), host());
  }
  EXPECT_EQ(write(), 2U);
  for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE(world_.task("t" + std::to_string(i)).delivered);
}

TEST_F(DeliveryMarksTest, PassOverWhatNeedsNone) {
  world_.put_task("elsewhere");
  world_.put_task("known");
  marks_.add(key_of("known"), host());
  EXPECT_EQ(write(), 1U);
  marks_.add(key_of("known"), host());
  marks_.add(key_of("gone"), host());
  marks_.add(key_of("elsewhere"), host("i2"));
  EXPECT_EQ(write(), 0U);
  EXPECT_FALSE(world_.task("elsewhere").delivered) << "another instance says nothing of it";
}

}  // namespace
}  // namespace berth::gateway
