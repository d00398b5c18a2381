// Goal: what was stored before a step of the wall clock is as old after it as it really is. Method: notes of
// two clocks at chosen times.
#include "base/wall_steps.h"

#include <gtest/gtest.h>

namespace berth {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'800'000'000'000};

// A wall clock and a monotonic one.
struct Clocks {
  WallTime wall = kStart;
  MonotonicTime monotonic{};
  WallSteps steps;

  Clocks() { steps.note(wall, monotonic); }
  void pass(Duration time) {
    wall = wall + time;
    monotonic = monotonic + time;
    steps.note(wall, monotonic);
  }
  void step(Duration by) { wall = wall + by; }
};

TEST(WallSteps, WithoutStepsItIsTheDifference) {
  Clocks clocks;
  clocks.pass(90s);
  EXPECT_EQ(clocks.steps.since(kStart), 90s);
  EXPECT_EQ(clocks.steps.since(kStart - 1h), 1h + 90s);
}

TEST(WallSteps, AStepForwardsMakesNothingOlder) {
  Clocks clocks;
  clocks.pass(10s);
  clocks.step(2h);
  clocks.pass(5s);
  const WallTime after = clocks.wall;
  clocks.pass(20s);
  EXPECT_EQ(clocks.steps.since(kStart), 35s);
  EXPECT_EQ(clocks.steps.since(after), 20s);
}

TEST(WallSteps, AStepBackMakesNothingYounger) {
  Clocks clocks;
  clocks.pass(10s);
  const WallTime before = clocks.wall;
  clocks.step(-2h);
  clocks.pass(5s);
  const WallTime after = clocks.wall;
  clocks.pass(20s);
  EXPECT_EQ(clocks.steps.since(before), 25s);
  EXPECT_EQ(clocks.steps.since(after), 20s);
}

TEST(WallSteps, ThereAndBackAgain) {
  for (const Duration first : {Duration(3h), Duration(-3h)}) {
    Clocks clocks;
    clocks.pass(10s);
    clocks.step(first);
    clocks.pass(10s);
    clocks.step(-first);
    clocks.pass(10s);
    EXPECT_EQ(clocks.steps.since(kStart), 30s);
  }
}

TEST(WallSteps, AWallClockThatIsCorrectedSlowlyDoesNotStep) {
  Clocks clocks;
  for (int i = 0; i < 100; ++i) {
    clocks.step(100ms);
    clocks.pass(1s);
  }
  EXPECT_EQ(clocks.steps.since(kStart), 110s);
}

TEST(WallSteps, WhatLiesInTheFutureIsNow) {
  Clocks clocks;
  EXPECT_EQ(clocks.steps.since(kStart + 1h), 0s);
}

TEST(WallSteps, RemembersTheNewestSteps) {
  Clocks clocks;
  for (std::size_t i = 0; i <= WallSteps::kStepsMax; ++i) {
    clocks.step(1h);
    clocks.pass(1s);
  }
  EXPECT_EQ(clocks.steps.since(clocks.wall), 0s);
  EXPECT_GE(clocks.steps.since(kStart), 33s);
}

}  // namespace
}  // namespace berth
