// Goal: patterns mean what Java's do within the supported part, the rest is refused, and time stays bounded.
// Method: tables of (pattern, subject); the classic exponential patterns; limits.
#include "placement/pattern.h"

#include <gtest/gtest.h>

namespace berth::placement {
namespace {

bool matches(std::string_view pattern, std::string_view subject) {
  auto parsed = Pattern::parse(pattern);
  EXPECT_TRUE(parsed.ok()) << pattern << ": " << (parsed ? "" : parsed.error().message);
  return parsed && parsed->matches(subject);
}

TEST(Pattern, MatchesTheWholeSubject) {
  EXPECT_TRUE(matches("g2.*", "g2.2xlarge"));
  EXPECT_FALSE(matches("g2", "g2.2xlarge"));
  EXPECT_FALSE(matches("2.*", "g2.2xlarge"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "x"));
}

TEST(Pattern, KnowsTheOperators) {
  EXPECT_TRUE(matches("(t2|m[45]a?)\\.(small|large)", "m5a.large"));
  EXPECT_FALSE(matches("(t2|m[45]a?)\\.(small|large)", "m6.large"));
  EXPECT_TRUE(matches("a{2,3}", "aaa"));
  EXPECT_FALSE(matches("a{2,3}", "aaaa"));
  EXPECT_TRUE(matches("a{2,}", "aaaaa"));
  EXPECT_FALSE(matches("a{2}", "a"));
  EXPECT_TRUE(matches("\\d+-\\w+\\s\\S", "12-ab_ x"));
  EXPECT_TRUE(matches("[^a-c-]+", "xyz"));
  EXPECT_FALSE(matches("[^a-c-]+", "x-"));
  EXPECT_TRUE(matches("^a.*?b$", "axxb"));
  EXPECT_FALSE(matches("a^b", "ab"));
  EXPECT_TRUE(matches("(?i)PROD", "pRoD"));
  EXPECT_TRUE(matches("(?:ab)*", "abab"));
  EXPECT_TRUE(matches("(a*)*", "aaa"));
  EXPECT_TRUE(matches("[]x]", "]"));
  EXPECT_TRUE(matches("[\\d.]+", "1.2"));
  EXPECT_FALSE(matches("a.b", "a\nb"));
}

TEST(Pattern, ExponentialPatternsTakeLinearTime) {
  // A backtracking engine needs about 2^200 steps for each of these.
  std::string subject(200, 'a');
  EXPECT_FALSE(matches("(a+)+b", subject));
  EXPECT_FALSE(matches("(a|a)*b", subject));
  EXPECT_FALSE(matches("(a*)*(a*)*(a*)*b", subject));
}

TEST(Pattern, RefusesWhatItDoesNotKnowAndSaysWhere) {
  auto message = [](std::string_view text) {
    auto parsed = Pattern::parse(text, 10);
    return parsed ? std::string("accepted") : parsed.error().message;
  };
  EXPECT_EQ(message("a**"), "nothing to repeat before '*' in the pattern at character 13");
  EXPECT_EQ(message("*a"), "nothing to repeat before '*' in the pattern at character 11");
  EXPECT_EQ(message("(a"), "expected ')' in the pattern at character 13");
  EXPECT_EQ(message("a)"), "unexpected ')' in the pattern at character 12");
  EXPECT_EQ(message("[a"), "expected ']' in the pattern at character 13");
  EXPECT_EQ(message("(a)\\1"), "'\\1' is not supported in the pattern at character 15");
  EXPECT_EQ(message("(?=a)"), "only plain groups and '(?:' are supported in the pattern at character 12");
  EXPECT_EQ(message("a++"), "possessive quantifiers are not supported in the pattern: '+' at character 13");
  EXPECT_EQ(message("[z-a]"), "range in the wrong order in the pattern at character 15");
  EXPECT_EQ(message("a{3,2}"), "repetition bounds in the wrong order in the pattern at character 16");
  EXPECT_NE(message("a\\"), "accepted");
  EXPECT_NE(message("a{201}"), "accepted");
}

TEST(Pattern, HasLimits) {
  EXPECT_TRUE(Pattern::parse(std::string(kPatternLengthMax, 'a')).ok());
  EXPECT_FALSE(Pattern::parse(std::string(kPatternLengthMax + 1, 'a')).ok());
  EXPECT_FALSE(Pattern::parse("((a{100}){100}){100}").ok());
  EXPECT_FALSE(Pattern::parse("(((((){200}){200}){200}){200}){200}").ok());
  EXPECT_TRUE(Pattern::parse(std::string(30, '(') + "a" + std::string(30, ')')).ok());
  EXPECT_FALSE(Pattern::parse(std::string(100, '(') + "a" + std::string(100, ')')).ok());
}

}  // namespace
}  // namespace berth::placement
