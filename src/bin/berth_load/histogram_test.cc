#include "bin/berth_load/histogram.h"

#include <gtest/gtest.h>

namespace berth::load {
namespace {

// Goal: percentiles are right to within the promised 1.6 %, and the largest value is exact.
// Method: the numbers 1 to 100 000, whose percentiles are known.
TEST(Histogram, PercentilesOfAKnownDistribution) {
  Histogram histogram;
  for (std::int64_t i = 1; i <= 100'000; ++i) histogram.add(i * 1000);
  EXPECT_EQ(histogram.count(), 100'000U);
  EXPECT_NEAR(histogram.percentile_us(50), 50'000, 50'000 * 0.016);
  EXPECT_NEAR(histogram.percentile_us(99), 99'000, 99'000 * 0.016);
  EXPECT_NEAR(histogram.mean_us(), 50'000.5, 1);
  EXPECT_DOUBLE_EQ(histogram.max_us(), 100'000);
  EXPECT_DOUBLE_EQ(histogram.percentile_us(100), 100'000);
}

// Goal: values beyond the largest bucket count, and nothing is asked of an empty histogram.
// Method: an hour, and none.
TEST(Histogram, EndsOfTheRange) {
  Histogram histogram;
  EXPECT_DOUBLE_EQ(histogram.percentile_us(99), 0);
  histogram.add(3'600'000'000'000);
  histogram.add(-5);
  EXPECT_DOUBLE_EQ(histogram.max_us(), 3.6e9);
  EXPECT_DOUBLE_EQ(histogram.percentile_us(50), 0);
}

// Goal: merged histograms count as one.
// Method: two halves of a distribution.
TEST(Histogram, Merges) {
  Histogram low;
  Histogram high;
  for (int i = 1; i <= 50; ++i) low.add(i * 1000);
  for (int i = 51; i <= 100; ++i) high.add(i * 1000);
  low.merge(high);
  EXPECT_EQ(low.count(), 100U);
  EXPECT_NEAR(low.percentile_us(50), 50, 1);
}

}  // namespace
}  // namespace berth::load
