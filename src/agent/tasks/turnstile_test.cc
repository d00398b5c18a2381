// Goal: never more than so many at once, the urgent before the others, nobody forgotten when one is
// cancelled. Method: coroutines that stay a second each, on virtual time.
#include "agent/tasks/turnstile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/sim/sim_world.h"
#include "runtime/task_group.h"

namespace berth::agent::tasks {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using Urgency = Turnstile::Urgency;

class TurnstileTest : public testing::Test {
 protected:
  ~TurnstileTest() override {
    group_.cancel();
    world_.run(node_, group_.drain());
  }
  Async<void> visit(std::string name, Urgency urgency) {
    const auto place = co_await turnstile_.enter(urgency);
    through_.push_back(name);
    ++inside_;
    most_ = std::max(most_, inside_);
    co_await node_.runtime().sleep(1s);
    --inside_;
  }

  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  Turnstile turnstile_{2};
  runtime::TaskGroup group_{node_.executor()};
  std::vector<std::string> through_;
  int inside_ = 0, most_ = 0;
};

TEST_F(TurnstileTest, SoManyAtOnceAndTheUrgentFirst) {
  for (const char* name : {"a", "b", "c"}) group_.spawn(visit(name, Urgency::normal));
  group_.spawn(visit("late", Urgency::last));
  group_.spawn(visit("d", Urgency::normal));
  group_.spawn(visit("urgent", Urgency::first));
  world_.run_for(10s);
  EXPECT_THAT(through_, ElementsAre("a", "b", "urgent", "c", "d", "late"));
  EXPECT_EQ(most_, 2);
  EXPECT_EQ(inside_, 0);
}

TEST_F(TurnstileTest, WhoIsCancelledIsInNobodysWay) {
  for (const char* name : {"a", "b"}) group_.spawn(visit(name, Urgency::normal));
  world_.run_for(100ms);
  auto others = std::make_unique<runtime::TaskGroup>(node_.executor());
  others->spawn(visit("cancelled", Urgency::first));
  world_.run_for(100ms);
  group_.spawn(visit("c", Urgency::normal));
  others->cancel();
  world_.run(node_, others->drain());
  world_.run_for(5s);
  EXPECT_THAT(through_, ElementsAre("a", "b", "c"));
  // All places are free again.
  for (const char* name : {"d", "e"}) group_.spawn(visit(name, Urgency::last));
  world_.run_for(100ms);
  EXPECT_EQ(inside_, 2);
}

}  // namespace
}  // namespace berth::agent::tasks
