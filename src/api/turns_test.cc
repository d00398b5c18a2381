// Goal: whoever keeps losing races gets its turn, in order, whatever becomes of those before it. Method:
// coroutines on one thread that write down when they have the turn.
#include "api/turns.h"

#include <gtest/gtest.h>

#include "runtime/real/io_threads.h"
#include "runtime/task_group.h"
#include "store/testing/records.h"

namespace berth::api {
namespace {

class TurnsTest : public ::testing::Test {
 protected:
  TurnsTest() { threads_.start(); }
  ~TurnsTest() override { threads_.stop(); }

  // Holds the turn until it is told to go on.
  static Async<void> hold(TurnsTest* self, int who, runtime::Promise<bool> until) {
    Turns::Turn turn = co_await self->turns_.take("task t");
    self->order_.push_back(who);
    co_await until.wait();
  }
  static Async<void> drain(runtime::TaskGroup* group) { co_await group->drain(); }
  static Async<bool> take_and_leave(Turns* turns) {
    Turns::Turn turn = co_await turns->take("task t");
    co_return static_cast<bool>(turn);
  }

  runtime::IoThreads threads_{1};
  Turns turns_;
  std::vector<int> order_;
};

TEST_F(TurnsTest, AreGrantedInTheOrderOfAsking) {
  runtime::TaskGroup group(threads_.executor(0));
  runtime::Promise<bool> go;
  for (int who = 0; who < 5; ++who) {
    runtime::Promise<bool> until;
    until.set(true);
    group.spawn(hold(this, who, until));
  }
  runtime::block_on(threads_.executor(0), drain(&group));
  EXPECT_EQ(order_, (std::vector{0, 1, 2, 3, 4}));
}

// Gives up the one that has the turn and the one behind it.
Async<void> cancel_first(runtime::TaskGroup* first, runtime::TaskGroup* others) {
  first->cancel();
  co_await first->drain();
  co_await others->drain();
}

TEST_F(TurnsTest, PassOnWhenTheirHolderIsCancelled) {
  runtime::TaskGroup first(threads_.executor(0));
  runtime::TaskGroup others(threads_.executor(0));
  runtime::Promise<bool> never, at_once;
  at_once.set(true);
  first.spawn(hold(this, 0, never));
  first.spawn(hold(this, 1, never));
  others.spawn(hold(this, 2, at_once));
  runtime::block_on(threads_.executor(0), cancel_first(&first, &others));
  ASSERT_FALSE(order_.empty());
  EXPECT_EQ(order_.back(), 2);
  EXPECT_TRUE(runtime::block_on(threads_.executor(0), take_and_leave(&turns_)));
}

TEST_F(TurnsTest, AreWantedByWhoWritesTheRecordOnly) {
  store::Transaction writes(store::testing::make_transaction());
  writes.put(store::testing::make_cluster("web"));
  store::Transaction reads(store::testing::make_transaction());
  reads.expect<domain::ClusterRecord>(writes.writes().front().key, store::Revision(1));
  EXPECT_EQ(turns_.contended(writes), "");
  const std::string name = "cluster " + writes.writes().front().key;
  auto held = runtime::block_on(threads_.executor(0), turns_.take(name));
  EXPECT_EQ(turns_.contended(writes), name);
  EXPECT_EQ(turns_.contended(reads), "");
  held.leave();
  EXPECT_EQ(turns_.contended(writes), "");
}

}  // namespace
}  // namespace berth::api
