#include "base/time.h"

#include <gtest/gtest.h>

namespace berth {
namespace {

// Goal: rendered moments are those of ISO 8601, also before the epoch's seconds and on leap days.
TEST(Time, RendersUtc) {
  EXPECT_EQ(render_iso8601(WallTime{0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(render_iso8601(WallTime{1709210096789}), "2024-02-29T12:34:56.789Z");
  EXPECT_EQ(render_basic_iso8601(WallTime{1440938160000}), "20150830T123600Z");
}

TEST(Time, Arithmetic) {
  using namespace std::chrono_literals;
  EXPECT_EQ((WallTime{1000} + 2s).ms, 3000);
  EXPECT_EQ(WallTime{3000} - WallTime{1000}, Duration(2s));
}

}  // namespace
}  // namespace berth
