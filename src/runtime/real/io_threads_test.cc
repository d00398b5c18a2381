// Goal: event loops run with the scheduling that their owner asked for.
// Method: each asks the kernel for its own policy.
#include "runtime/real/io_threads.h"

#include <gtest/gtest.h>
#include <sched.h>

namespace berth::runtime {
namespace {

Async<int> own_policy() {
  co_return ::sched_getscheduler(0);
}

int policy_with(Wakeup wakeup) {
  IoThreads threads(1, wakeup);
  threads.start();
  return block_on(threads.executor(0), own_policy());
}

TEST(IoThreads, QueueOnlyWhereTheyWereAskedTo) {
  EXPECT_EQ(policy_with(Wakeup::queue), SCHED_BATCH);
  EXPECT_EQ(policy_with(Wakeup::preempt), sched_getscheduler(0));
}

}  // namespace
}  // namespace berth::runtime
