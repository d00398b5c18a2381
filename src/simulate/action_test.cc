// Goal: actions are read as people type them, and nonsense says what is missing.
#include "simulate/action.h"

#include <gtest/gtest.h>

namespace berth::simulate {
namespace {

std::string read_back(const std::vector<std::string>& words) {
  const auto action = parse_action(words);
  return action ? render_action(*action) : "refused: " + action.error().message;
}

TEST(Action, IsReadAsTyped) {
  EXPECT_EQ(read_back({"drain", "i-1"}), "drain i-1");
  EXPECT_EQ(read_back({"scale", "web", "7"}), "scale web 7");
  EXPECT_EQ(read_back({"deploy", "web", "web:2"}), "deploy web web:2");
  EXPECT_EQ(read_back({"lose", "us-east-1a"}), "lose us-east-1a");
  EXPECT_EQ(read_back({"add", "2", "instances", "of", "2048x4096"}), "add 2 instances of 2048x4096");
  EXPECT_EQ(read_back({"add", "1", "512x256"}), "add 1 instances of 512x256");
}

TEST(Action, SaysWhatIsMissing) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                {"explode"},
                                                {"drain"},
                                                {"drain", "a", "b"},
                                                {"scale", "web"},
                                                {"scale", "web", "many"},
                                                {"scale", "web", "-1"},
                                                {"deploy", "web"},
                                                {"lose"},
                                                {"add", "2"},
                                                {"add", "0", "1x1"},
                                                {"add", "2", "1024"},
                                                {"add", "2", "x4096"},
                                                {"add", "1001", "1x1"}})
    EXPECT_TRUE(read_back(words).starts_with("refused: ")) << read_back(words);
}

}  // namespace
}  // namespace berth::simulate
