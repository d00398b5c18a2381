// Goal: actions are told as people type them.
#include "simulate/action.h"

#include <gtest/gtest.h>

namespace berth::simulate {
namespace {

TEST(Action, IsRenderedAsTyped) {
  EXPECT_EQ(render_action(Drain{"i-1"}), "drain i-1");
  EXPECT_EQ(render_action(Scale{"web", 7}), "scale web 7");
  EXPECT_EQ(render_action(Deploy{"web", "web:2"}), "deploy web web:2");
  EXPECT_EQ(render_action(Lose{"us-east-1a"}), "lose us-east-1a");
  EXPECT_EQ(render_action(Add{2, 2048, 4096}), "add 2 instances of 2048x4096");
}

}  // namespace
}  // namespace berth::simulate
