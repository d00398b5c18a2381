// Goal: every kind of value is taken as documented, and what is no such value is refused with what would be
// one.
#include "bin/command_line/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bin/command_line/nearest.h"

namespace berth::command_line {
namespace {

using ::testing::HasSubstr;

TEST(Values, WholeNumbersKeepTheirBounds) {
  int value = -1;
  const auto take = whole_number(value, 1, 256);
  ASSERT_TRUE(take("256").ok());
  EXPECT_EQ(value, 256);
  for (const char* wrong :
       {"", "0", "-1", "257", "100000", "99999999999999999999", "1.5", "1 ", " 1", "+1", "0x10"}) {
    const auto refused = take(wrong);
    ASSERT_FALSE(refused.ok()) << wrong;
    EXPECT_EQ(refused.error().message, "must be a whole number from 1 to 256");
  }
  EXPECT_EQ(value, 256) << "what is refused changes nothing";
}

TEST(Values, NumbersKeepTheirBounds) {
  double value = 0;
  const auto take = number(value, 0, 10);
  ASSERT_TRUE(take("2.5").ok());
  EXPECT_EQ(value, 2.5);
  for (const char* wrong : {"", "-1", "11", "nan", "inf", "1e99", "two"})
    EXPECT_FALSE(take(wrong).ok()) << wrong;
}

TEST(Values, AChoiceNamesTheNearest) {
  bool json = false;
  const auto take = output_form(json);
  ASSERT_TRUE(take("json").ok());
  EXPECT_TRUE(json);
  EXPECT_EQ(take("jsom").error().message, "must be one of table, json: did you mean 'json'?");
  EXPECT_EQ(take("xml").error().message, "must be one of table, json");
}

TEST(Values, DurationsHaveUnits) {
  EXPECT_EQ(*parse_duration("90s"), std::chrono::seconds(90));
  EXPECT_EQ(*parse_duration("1h30m"), std::chrono::minutes(90));
  EXPECT_EQ(*parse_duration("250ms"), std::chrono::milliseconds(250));
  EXPECT_EQ(*parse_duration("1.5s"), std::chrono::milliseconds(1500));
  for (const char* wrong :
       {"", "m", "5", "-1s", "1d", "5 m", "99999999999h", "nans", "infs", "1e300s", "1m-30s"})
    EXPECT_FALSE(parse_duration(wrong).ok()) << wrong;
  Duration value{0};
  const auto take = duration(value, std::chrono::seconds(1), std::chrono::hours(24));
  EXPECT_THAT(take("0s").error().message, HasSubstr("from 1s to 24h"));
  EXPECT_FALSE(take("25h").ok());
  ASSERT_TRUE(take("24h").ok());
}

TEST(Values, EndpointsAreAddressAndPort) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:5167")->port, 5167);
  EXPECT_EQ(parse_endpoint("[::1]:0")->address, "::1");
  for (const char* wrong :
       {"", "5167", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:http",
        "::1:5167", "[127.0.0.1]:1", "nowhere:5167", "300.0.0.1:5167", ":5167"})
    EXPECT_FALSE(parse_endpoint(wrong).ok()) << wrong;
}

TEST(Values, RegionsAndClustersAreNames) {
  std::string into;
  for (const char* good : {"us-east-1", "local", "eu-central-1"})
    EXPECT_TRUE(region(into)(good).ok()) << good;
  for (const char* wrong : {"", "../x", "US-EAST-1", "us_east_1", "a/b", "-x", "x-", "us east", "1"})
    EXPECT_FALSE(region(into)(wrong).ok()) << wrong;
  for (const char* good : {"default", "My_Cluster-1", "arn:aws:ecs:us-east-1:123456789012:cluster/blue"})
    EXPECT_TRUE(cluster(into)(good).ok()) << good;
  for (const char* wrong : {"", "a b", "../x", "a/b", "arn:aws:ecs:us-east-1:123456789012:cluster/"})
    EXPECT_FALSE(cluster(into)(wrong).ok()) << wrong;
}

TEST(Values, FilesAndFoldersMustBeThere) {
  std::string into;
  EXPECT_THAT(readable_file(into)("/nonexistent").error().message, HasSubstr("No such file"));
  EXPECT_THAT(readable_file(into)("/").error().message, HasSubstr("folder"));
  EXPECT_TRUE(readable_file(into)("/proc/self/stat").ok());
  EXPECT_TRUE(existing_folder(into)("/").ok());
  EXPECT_FALSE(existing_folder(into)("/proc/self/stat").ok());
  EXPECT_FALSE(existing_folder(into)("/nonexistent").ok());
  EXPECT_FALSE(url(into)("ftp://x").ok());
  EXPECT_FALSE(url(into)("http://").ok());
  EXPECT_TRUE(url(into)("https://berth.example:5167/x").ok());
}

TEST(Nearest, FindsTypingMistakesAndBeginnings) {
  const std::vector<std::string> commands = {"up", "down", "status", "simulate", "explain"};
  EXPECT_EQ(nearest("staus", commands), "status");
  EXPECT_EQ(nearest("explian", commands), "explain");
  EXPECT_EQ(nearest("pu", commands), "up");
  EXPECT_EQ(nearest("sim", commands), "simulate");
  EXPECT_EQ(nearest("warning", {"debug", "warn"}), "warn");
  EXPECT_EQ(nearest("frobnicate", commands), "");
  EXPECT_EQ(nearest("", commands), "");
  EXPECT_EQ(nearest(std::string(1000, 's'), commands), "");
}

TEST(Values, TextIsQuotedForAShellWhereItNeedsIt) {
  EXPECT_EQ(shell_quoted("/var/lib/berth"), "/var/lib/berth");
  EXPECT_EQ(shell_quoted("/data of berth"), "'/data of berth'");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted(""), "''");
}

}  // namespace
}  // namespace berth::command_line
