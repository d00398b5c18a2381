#include "bin/command_line/served_at.h"

#include <gtest/gtest.h>

namespace berth::command_line {
namespace {

TEST(ServedAt, WildcardsAreReachedByLoopback) {
  EXPECT_EQ(url_of("https", "0.0.0.0", 5167), "https://127.0.0.1:5167");
  EXPECT_EQ(url_of("https", "::", 5167), "https://[::1]:5167");
  EXPECT_EQ(url_of("http", "10.0.0.5", 80), "http://10.0.0.5:80");
}

TEST(ServedAt, IsReadAsItIsWritten) {
  const auto read = parse_served_at(render_served_at({"https://10.0.0.5:6000", "eu-west-1"}));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->url, "https://10.0.0.5:6000");
  EXPECT_EQ(read->region, "eu-west-1");
}

TEST(ServedAt, OtherTextIsRefused) {
  for (const char* text : {"", "endpoint = ftp://x\nregion = r\n", "endpoint = http://127.0.0.1:5167\n"})
    EXPECT_FALSE(parse_served_at(text).ok()) << text;
}

}  // namespace
}  // namespace berth::command_line
