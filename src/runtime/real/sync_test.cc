// Goal: waking, promises and deadlines work across threads and under cancellation.
// Method: two event loop threads with ping-pong, and waits whose other end is under the test's control.
#include "runtime/sync.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "runtime/real/io_threads.h"
#include "runtime/real/real_runtime.h"
#include "runtime/real/signals.h"

namespace berth::runtime {
namespace {
using namespace std::chrono_literals;

class SyncTest : public testing::Test {
 protected:
  SyncTest() { threads_.start(); }
  IoThreads threads_{2};
  Executor first_ = threads_.executor(0);
  Executor second_ = threads_.executor(1);
  RealRuntime runtime_{first_};
};

Async<int> bounce(Notifier& mine, Notifier& other, int rounds) {
  int done = 0;
  for (; done < rounds; ++done) {
    co_await mine.wait();
    other.notify();
  }
  co_return done;
}

Async<void> store(Async<int> task, std::shared_ptr<int> out) {
  *out = co_await std::move(task);
}

TEST_F(SyncTest, NotifiersCrossThreads) {
  Notifier ping, pong;
  auto pongs = std::make_shared<int>(0);
  TaskGroup group(second_);
  group.spawn(store(bounce(pong, ping, 2000), pongs));
  ping.notify();
  EXPECT_EQ(block_on(first_, bounce(ping, pong, 2000)), 2000);
  block_on(second_, group.drain());
  EXPECT_EQ(*pongs, 2000);
}

TEST_F(SyncTest, ANotificationWithNobodyWaitingIsRememberedOnce) {
  Notifier notifier;
  notifier.notify();
  notifier.notify();
  EXPECT_TRUE(block_on(first_, notifier.wait_for(runtime_, 24h)));
  EXPECT_FALSE(block_on(first_, notifier.wait_for(runtime_, 1ms)));
}

TEST_F(SyncTest, AHandleOutlivesItsNotifier) {
  auto notifier = std::make_unique<Notifier>();
  const Notifier::Handle handle = notifier->handle();
  handle.notify();
  block_on(first_, notifier->wait());
  notifier.reset();
  handle.notify();
}

Async<void> wait_then_count(Notifier& notifier, int& woken) {
  co_await notifier.wait();
  ++woken;
}

Async<bool> notify_and_cancel(Runtime& runtime, int& woken) {
  Notifier notifier;
  TaskGroup group(co_await current_executor());
  group.spawn(wait_then_count(notifier, woken));
  co_await runtime.sleep(0s);
  co_await runtime.sleep(0s);
  notifier.notify();  // The waiter is about to resume, and is cancelled before it does.
  group.cancel();
  co_await group.drain();
  co_return co_await notifier.wait_for(runtime, 1ms);
}

TEST_F(SyncTest, ANotificationIsNotLostToACancelledWaiter) {
  int woken = 0;
  EXPECT_TRUE(block_on(first_, notify_and_cancel(runtime_, woken)));
  EXPECT_EQ(woken, 0);
}

TEST_F(SyncTest, APromiseIsSetOnceFromAnyThread) {
  const Promise<std::string> promise;
  std::thread setter([promise] {
    EXPECT_TRUE(promise.set("one"));
    EXPECT_FALSE(promise.set("two"));
  });
  EXPECT_EQ(block_on(first_, promise.wait()), "one");
  setter.join();
}

struct Watch {
  bool ended = false;
};
struct WatchGuard {
  Watch& watch;
  ~WatchGuard() { watch.ended = true; }
};

Async<Result<int>> hang(Runtime& runtime, Watch& watch) {
  const WatchGuard guard{watch};
  co_await runtime.sleep(24h);
  co_return 1;
}

Async<Result<int>> answer() {
  co_return 42;
}
Async<Result<int>> fail() {
  co_return conflict("planted");
}

TEST_F(SyncTest, ADeadlineCancelsAndAwaitsTheWork) {
  Watch watch;
  const Result<int> result = block_on(first_, with_deadline<int>(runtime_, 1ms, hang(runtime_, watch)));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::timeout);
  EXPECT_TRUE(watch.ended);
}

TEST_F(SyncTest, AResultWithinTheDeadlineComesBack) {
  EXPECT_EQ(block_on(first_, with_deadline<int>(runtime_, 24h, answer())).value(), 42);
  EXPECT_EQ(block_on(first_, with_deadline<int>(runtime_, 24h, fail())).error().code, ErrorCode::conflict);
}

Async<void> deadline_in_task(Runtime& runtime, Watch& inner, Watch& outer) {
  const WatchGuard guard{outer};
  Result<int> result = co_await with_deadline<int>(runtime, 24h, hang(runtime, inner));
  ADD_FAILURE() << "a cancelled deadline returned: " << result.ok();
}

Async<void> cancel_a_deadline(Runtime& runtime, Watch& inner, Watch& outer) {
  TaskGroup group(co_await current_executor());
  group.spawn(deadline_in_task(runtime, inner, outer));
  for (int i = 0; i < 5; ++i) co_await runtime.sleep(0s);
  group.cancel();
  co_await group.drain();
  EXPECT_TRUE(inner.ended);
}

TEST_F(SyncTest, CancellingADeadlineCancelsItsWork) {
  Watch inner, outer;
  block_on(first_, cancel_a_deadline(runtime_, inner, outer));
  EXPECT_TRUE(outer.ended);
}

TEST_F(SyncTest, SignalsArrive) {
  ::signal(SIGUSR1, SIG_IGN);
  auto received = std::make_shared<int>(0);
  TaskGroup group(first_);
  group.spawn(store(wait_signal({SIGUSR1}), received));
  block_on(first_, runtime_.sleep(0s));
  block_on(first_, runtime_.sleep(0s));
  ::raise(SIGUSR1);
  block_on(first_, group.drain());
  EXPECT_EQ(*received, SIGUSR1);
}

TEST_F(SyncTest, ExecutorsGoRound) {
  EXPECT_EQ(threads_.next_executor(), first_);
  EXPECT_EQ(threads_.next_executor(), second_);
  EXPECT_EQ(threads_.next_executor(), first_);
}

TEST_F(SyncTest, ClocksAndIdsWork) {
  const MonotonicTime before = runtime_.clock().monotonic();
  block_on(first_, runtime_.sleep(2ms));
  EXPECT_GE(runtime_.clock().monotonic() - before, Duration(2ms));
  EXPECT_GT(runtime_.clock().wall().ms, 1'700'000'000'000);
  EXPECT_NE(runtime_.ids().hex(), runtime_.ids().hex());
  EXPECT_FALSE(runtime_.buggify("any"));
}

}  // namespace
}  // namespace berth::runtime
