// Goal: statistics sets are what agent-protocol 5.3 says: CPU of the whole instance, memory without cache,
// counters as they
//       stand, each reading told once.
// Method: readings made by hand.
#include "agent/telemetry/container_samples.h"

#include <gtest/gtest.h>

namespace berth::agent::telemetry {
namespace {

engine::ContainerStats reading(std::int64_t second, std::uint64_t cpu_ms, std::uint64_t memory_mib) {
  engine::ContainerStats stats;
  stats.read_at = {second * 1000};
  stats.cpu_total_ns = cpu_ms * 1'000'000;
  stats.online_cpus = 2;
  stats.memory_usage_bytes = (memory_mib + 3) << 20U;
  stats.memory_cache_bytes = 3U << 20U;
  return stats;
}

TEST(ContainerSamples, CpuIsOfTheWholeInstanceAndOneSampleShort) {
  ContainerSamples samples;
  samples.add(reading(0, 0, 10));
  samples.add(reading(10, 2000, 20));
  samples.add(reading(20, 2000, 30));
  const auto metric = samples.take();
  ASSERT_TRUE(metric);
  EXPECT_EQ(metric->cpu_stats_set->sample_count, 2);
  EXPECT_DOUBLE_EQ(*metric->cpu_stats_set->max, 10.0);
  EXPECT_DOUBLE_EQ(*metric->cpu_stats_set->min, 0.0);
  EXPECT_EQ(metric->memory_stats_set->sample_count, 3);
  EXPECT_DOUBLE_EQ(*metric->memory_stats_set->sum, 60.0);
  EXPECT_FALSE(metric->network_stats_set);
  EXPECT_FALSE(samples.take());
}

TEST(ContainerSamples, ReadingsAreToldOnceAndDifferencesGoOn) {
  ContainerSamples samples;
  samples.add(reading(0, 0, 10));
  ASSERT_TRUE(samples.take());
  samples.add(reading(0, 0, 10));
  EXPECT_FALSE(samples.take());
  samples.add(reading(10, 20'000, 10));
  EXPECT_DOUBLE_EQ(*samples.take()->cpu_stats_set->sum, 100.0);
}

TEST(ContainerSamples, NetworkAndStorageCountersAsTheyStand) {
  ContainerSamples samples;
  for (int i = 0; i < 2; ++i) {
    engine::ContainerStats stats = reading(i * 10, 0, 1);
    stats.network.emplace().rx_bytes = 1000U + static_cast<unsigned>(i) * 500U;
    stats.storage_write_bytes = 7;
    samples.add(stats);
  }
  const auto metric = samples.take();
  EXPECT_EQ(metric->network_stats_set->rx_bytes->min, 1000);
  EXPECT_EQ(metric->network_stats_set->rx_bytes->sum, 2500);
  EXPECT_EQ(metric->network_stats_set->rx_bytes_per_second->sample_count, 1);
  EXPECT_DOUBLE_EQ(metric->network_stats_set->rx_bytes_per_second->max, 50.0);
  EXPECT_EQ(metric->storage_stats_set->write_size_bytes->sum, 14);
}

TEST(CounterSet, CarriesWhatTheWireCannotHold) {
  CounterSet set;
  set.add(1ULL << 63U);
  set.add(1ULL << 63U);
  const auto out = set.render();
  EXPECT_EQ(out.max, INT64_MAX);
  EXPECT_EQ(out.overflow_max, 1);
  EXPECT_EQ(out.sum, INT64_MAX);
  EXPECT_EQ(out.overflow_sum, INT64_MAX);
}

}  // namespace
}  // namespace berth::agent::telemetry
