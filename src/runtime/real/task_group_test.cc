// Goal: a task group ends all its tasks, whatever state they are in, and drain() waits for them.
// Method: tasks that count their beginnings and ends, on one event loop thread; no test sleeps.
#include "runtime/task_group.h"

#include <gtest/gtest.h>

#include "runtime/real/io_threads.h"
#include "runtime/real/real_runtime.h"
#include "runtime/sync.h"

namespace berth::runtime {
namespace {
using namespace std::chrono_literals;

struct Counts {
  int begun = 0;
  int ended = 0;
};

/// Counts an end however the frame goes away.
struct EndGuard {
  Counts& counts;
  ~EndGuard() { ++counts.ended; }
};

Async<void> sleep_long(Runtime& runtime, Counts& counts) {
  ++counts.begun;
  const EndGuard guard{counts};
  co_await runtime.sleep(24h);
}

Async<void> cancel_own_group(TaskGroup& group, Counts& counts) {
  ++counts.begun;
  const EndGuard guard{counts};
  group.cancel();
  co_return;
}

class TaskGroupTest : public testing::Test {
 protected:
  TaskGroupTest() { threads_.start(); }
  IoThreads threads_{1};
  Executor executor_ = threads_.executor(0);
  RealRuntime runtime_{executor_};
  Counts counts_;
};

Async<void> yield(Runtime& runtime) {
  co_await runtime.sleep(0s);
}

Async<std::size_t> cancel_running(Runtime& runtime, Counts& counts) {
  TaskGroup group(co_await current_executor());
  for (int i = 0; i < 5; ++i) group.spawn(sleep_long(runtime, counts));
  while (counts.begun < 5) co_await yield(runtime);
  group.cancel();
  co_await group.drain();
  co_return group.size();
}

TEST_F(TaskGroupTest, CancelsRunningTasks) {
  EXPECT_EQ(block_on(executor_, cancel_running(runtime_, counts_)), 0u);
  EXPECT_EQ(counts_.begun, 5);
  EXPECT_EQ(counts_.ended, 5);
}

Async<void> cancel_unstarted(Runtime& runtime, Counts& counts) {
  TaskGroup group(co_await current_executor());
  for (int i = 0; i < 5; ++i) group.spawn(sleep_long(runtime, counts));
  group.cancel();
  group.spawn(sleep_long(runtime, counts));
  co_await group.drain();
}

TEST_F(TaskGroupTest, NeverStartsTasksCancelledBefore) {
  block_on(executor_, cancel_unstarted(runtime_, counts_));
  EXPECT_EQ(counts_.begun, 0);
}

Async<void> self_cancel(Runtime& runtime, Counts& counts) {
  TaskGroup group(co_await current_executor());
  group.spawn(cancel_own_group(group, counts));
  group.spawn(sleep_long(runtime, counts));
  co_await group.drain();
}

TEST_F(TaskGroupTest, ATaskMayCancelItsOwnGroup) {
  block_on(executor_, self_cancel(runtime_, counts_));
  EXPECT_EQ(counts_.begun, 1);
  EXPECT_EQ(counts_.ended, 1);
}

Async<void> owner_with_children(Runtime& runtime, Counts& counts) {
  TaskGroup children(co_await current_executor());
  children.spawn(sleep_long(runtime, counts));
  bool cancelled = false;
  try {
    co_await runtime.sleep(24h);
  } catch (const boost::system::system_error&) {
    cancelled = true;
  }
  co_await ignore_cancellation();
  children.cancel();
  co_await children.drain();
  if (cancelled) throw_cancelled();
}

Async<void> cancel_owner(Runtime& runtime, Counts& counts) {
  TaskGroup group(co_await current_executor());
  group.spawn(owner_with_children(runtime, counts));
  while (counts.begun < 1) co_await yield(runtime);
  group.cancel();
  co_await group.drain();
}

TEST_F(TaskGroupTest, ACancelledOwnerCanDrainItsChildren) {
  block_on(executor_, cancel_owner(runtime_, counts_));
  EXPECT_EQ(counts_.ended, 1);
}

TEST_F(TaskGroupTest, DestroyingARunningGroupIsABug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        TaskGroup group(executor_);
        group.spawn(sleep_long(runtime_, counts_));
      },
      "task group");
}

Async<void> throw_logic_error() {
  throw std::logic_error("ended with an exception");
  co_return;
}

TEST_F(TaskGroupTest, AnExceptionEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        TaskGroup group(executor_);
        group.spawn(throw_logic_error());
        block_on(executor_, group.drain());
      },
      "ended with an exception");
}

}  // namespace
}  // namespace berth::runtime
