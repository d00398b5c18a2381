// Goal: lines come out the same however the stream was cut, and one without end is refused.
#include "agent/drivers/docker/json_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::agent::drivers::docker {
namespace {
using testing::ElementsAre;

TEST(JsonLines, CutsAreInvisible) {
  const std::string stream = "{\"a\":1}\r\n\n {\"b\":2}\n{\"c\"";
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    JsonLines lines;
    std::vector<std::string> out;
    for (std::size_t i = 0; i < stream.size(); i += piece) {
      ASSERT_TRUE(lines.feed(std::string_view(stream).substr(i, piece)).ok());
      while (auto line = lines.next()) out.push_back(*line);
    }
    EXPECT_THAT(out, ElementsAre("{\"a\":1}", "{\"b\":2}")) << piece;
    EXPECT_EQ(lines.rest(), "{\"c\"");
    EXPECT_EQ(lines.rest(), std::nullopt);
  }
}

TEST(JsonLines, ALineWithoutEndIsRefused) {
  JsonLines lines;
  ASSERT_TRUE(lines.feed(std::string(kJsonLineBytesMax, 'x')).ok());
  const auto beyond = lines.feed("x");
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace berth::agent::drivers::docker
