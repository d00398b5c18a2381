// Goal: berth-load takes what its help says and names what is wrong with anything else.
#include "bin/berth_load/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::load {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

const std::map<std::string, std::string> kKey = {{"AWS_ACCESS_KEY_ID", "AKIA"},
                                                 {"AWS_SECRET_ACCESS_KEY", "secret"}};

std::string outcome(const Words& words, const std::map<std::string, std::string>& environment = kKey) {
  Options options;
  const auto parsed = parse_options(words, environment, options);
  return parsed ? *parsed : "mistake: " + parsed.error().message;
}

TEST(BerthLoadOptions, AreTaken) {
  Options options;
  const auto parsed =
      parse_options({"--instances", "5", "--tasks", "finished", "--run-ms", "1.5", "--mix", "ListTasks",
                     "--rate", "0.5", "--output=json", "--endpoint", "http://127.0.0.1:6000"},
                    kKey, options);
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  EXPECT_EQ(options.fleet.instances, 5U);
  EXPECT_EQ(options.fleet.life, TaskLife::finished);
  EXPECT_EQ(options.fleet.run_time, 1'500'000);
  EXPECT_EQ(*options.load.rate, 0.5);
  EXPECT_TRUE(options.json);
  EXPECT_EQ(options.target.address.port, 6000);
}

TEST(BerthLoadOptions, MistakesAreNamed) {
  for (const auto& words : std::vector<Words>{{"extra"},
                                              {"--instances", "-1"},
                                              {"--instances", "many"},
                                              {"--connections", "0"},
                                              {"--seconds", "-1"},
                                              {"--seconds", "nan"},
                                              {"--rate", "0"},
                                              {"--tasks", "loud"},
                                              {"--zones", "0"},
                                              {"--mix", "Nothing"},
                                              {"--endpoint", "https://x"},
                                              {"--credentials", "/nonexistent"},
                                              {"--region", "../x"},
                                              {"--server-pid", "0"},
                                              {"--output", "xml"}}) {
    EXPECT_THAT(outcome(words), StartsWith("mistake: "));
    EXPECT_THAT(outcome(words), HasSubstr(words[0])) << "the mistake names it";
  }
  EXPECT_THAT(outcome({"--conections", "1"}), HasSubstr("did you mean '--connections'?"));
  EXPECT_THAT(outcome({}), HasSubstr("nothing to do"));
  EXPECT_THAT(outcome({"--instances", "1"}, {}), HasSubstr("no credentials"));
  EXPECT_THAT(outcome({"--mix", "x", "--help"}), StartsWith("berth-load: "));
}

}  // namespace
}  // namespace berth::load
