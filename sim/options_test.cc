// Goal: berth-sim takes what its help says and names what is wrong with anything else.
#include "sim/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/cluster/mutants.h"

namespace berth::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

std::string outcome(const Words& words) {
  Options options;
  const auto parsed = parse_options(words, options);
  return parsed ? *parsed : "mistake: " + parsed.error().message;
}

TEST(BerthSimOptions, AreTaken) {
  Options options;
  ASSERT_TRUE(parse_options({"churn", "--seed", "18446744073709551615", "--without", "clog", "--without",
                             "net-loss", "--agents", "3", "--trace"},
                            options)
                  .ok());
  EXPECT_EQ(options.spec, "churn");
  EXPECT_EQ(*options.seed, UINT64_MAX);
  EXPECT_EQ(options.request.without.size(), 2U);
  EXPECT_TRUE(options.request.trace);
  for (const auto& words : std::vector<Words>{{"--all", "--small", "--jobs", "2", "--seeds", "4"},
                                              {"--mutants"},
                                              {"--mutants", std::string(list_mutants().front().name)},
                                              {"--regressions"},
                                              {"--list"}})
    EXPECT_EQ(outcome(words), "");
}

TEST(BerthSimOptions, MistakesAreNamed) {
  EXPECT_THAT(outcome({}), HasSubstr("what to run?"));
  EXPECT_THAT(outcome({"churn", "extra"}), HasSubstr("unexpected word 'extra'"));
  EXPECT_THAT(outcome({"churn", "--all"}), HasSubstr("leave one of them away"));
  EXPECT_THAT(outcome({"--mutants", "nothing"}), HasSubstr("'nothing' is none of --list-mutants"));
  EXPECT_THAT(outcome({"--al"}), HasSubstr("did you mean '--all'?"));
  for (const auto& words : std::vector<Words>{{"--seed", "-1"},
                                              {"--seed", "x"},
                                              {"--jobs", "0"},
                                              {"--seeds", "0"},
                                              {"--minutes", "0"},
                                              {"--mutant", "nothing"},
                                              {"--dir", "/nonexistent"},
                                              {"--planes", "0"}}) {
    auto all = words;
    all.insert(all.begin(), "churn");
    EXPECT_THAT(outcome(all), StartsWith("mistake: " + words[0] + " '" + words[1] + "' "));
  }
}

}  // namespace
}  // namespace berth::sim
