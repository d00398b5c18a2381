#pragma once
#include <array>
#include <cstdint>

namespace berth::load {

/// Counts durations in buckets that are at most 1/64 wide, from 1 ns to 17 minutes: percentiles to within
/// 1.6 %, without keeping the values. Longer ones count as the longest.
class Histogram {
 public:
  void add(std::int64_t nanoseconds);
  void merge(const Histogram& other);
  std::uint64_t count() const { return count_; }
  /// The value that `per_cent` of the values do not exceed, in microseconds; 0 when there is none.
  double percentile_us(double per_cent) const;
  double mean_us() const;
  double max_us() const;

 private:
  static constexpr int kSubBits = 6;
  static constexpr std::size_t kBuckets = (40 - kSubBits + 1) << kSubBits;
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t top_of(std::size_t bucket);

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ns_ = 0;
  double sum_ns_ = 0;
};

}  // namespace berth::load
