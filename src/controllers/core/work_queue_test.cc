// Goal: the queue's guarantees: never the same key twice at once, no addition lost, one run for many
// additions, growing pauses. Method: virtual time; work that takes a while and counts itself.
#include "controllers/core/work_queue.h"

#include <gtest/gtest.h>

#include "runtime/sim/sim_world.h"

namespace berth::controllers {
namespace {

using namespace std::chrono_literals;

struct Counting {
  explicit Counting(runtime::Runtime& runtime_in) : runtime(runtime_in), queue(runtime_in) {}
  runtime::Runtime& runtime;
  WorkQueue queue;
  std::map<std::string, int> runs;
  std::set<std::string> now;
  bool overlapped = false;
  WorkQueue::Outcome outcome;

  Async<WorkQueue::Outcome> work(std::string key) {
    overlapped = overlapped || !now.insert(key).second;
    ++runs[key];
    co_await runtime.sleep(100ms);
    now.erase(key);
    co_return outcome;
  }
};

class WorkQueueTest : public ::testing::Test {
 protected:
  WorkQueueTest() {
    group_.spawn(counting_.queue.run([this](std::string key) { return counting_.work(std::move(key)); }));
  }
  ~WorkQueueTest() override {
    group_.cancel();
    world_.run_until([this] { return group_.size() == 0; });
  }
  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("a");
  Counting counting_{node_.runtime()};
  runtime::TaskGroup group_{node_.executor()};
};

TEST_F(WorkQueueTest, ManyAdditionsAreOneRun) {
  for (int i = 0; i < 5; ++i) counting_.queue.add("a");
  world_.run_for(1s);
  EXPECT_EQ(counting_.runs["a"], 1);
}

TEST_F(WorkQueueTest, AnAdditionDuringARunIsOneMoreRunAfterIt) {
  counting_.queue.add("a");
  world_.run_for(50ms);
  counting_.queue.add("a");
  counting_.queue.add("a");
  counting_.queue.add("b");
  world_.run_for(1s);
  EXPECT_EQ(counting_.runs["a"], 2);
  EXPECT_EQ(counting_.runs["b"], 1);
  EXPECT_FALSE(counting_.overlapped);
}

TEST_F(WorkQueueTest, ComesBackWhenAsked) {
  counting_.outcome.again = 10s;
  counting_.queue.add("a");
  world_.run_for(35s);
  EXPECT_EQ(counting_.runs["a"], 4);
}

TEST_F(WorkQueueTest, FailuresComeBackEverMoreSlowly) {
  counting_.outcome.failed = true;
  counting_.queue.add("a");
  world_.run_for(60s);
  EXPECT_GT(counting_.runs["a"], 10);
  EXPECT_LT(counting_.runs["a"], 20);
}

TEST_F(WorkQueueTest, ManyKeysAllGetTheirTurn) {
  for (int i = 0; i < 100; ++i) counting_.queue.add(std::to_string(i));
  world_.run_for(5s);
  EXPECT_EQ(counting_.runs.size(), 100U);
}

}  // namespace
}  // namespace berth::controllers
