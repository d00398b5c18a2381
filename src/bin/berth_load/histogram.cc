#include "bin/berth_load/histogram.h"

#include <algorithm>
#include <bit>

namespace berth::load {

std::size_t Histogram::bucket_of(std::uint64_t value) {
  constexpr std::uint64_t kSubCount = std::uint64_t{1} << kSubBits;
  if (value < kSubCount) return value;
  const int shift = std::bit_width(value) - 1 - kSubBits;
  const auto bucket = (static_cast<std::size_t>(shift + 1) << kSubBits) + ((value >> shift) - kSubCount);
  return std::min(bucket, kBuckets - 1);
}

std::uint64_t Histogram::top_of(std::size_t bucket) {
  constexpr std::uint64_t kSubCount = std::uint64_t{1} << kSubBits;
  if (bucket < kSubCount) return bucket;
  const auto shift = (bucket >> kSubBits) - 1;
  const auto sub = (bucket & (kSubCount - 1)) + kSubCount;
  return ((sub + 1) << shift) - 1;
}

void Histogram::add(std::int64_t nanoseconds) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(nanoseconds, 0));
  ++buckets_[bucket_of(value)];
  ++count_;
  max_ns_ = std::max(max_ns_, value);
  sum_ns_ += static_cast<double>(value);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ns_ = std::max(max_ns_, other.max_ns_);
  sum_ns_ += other.sum_ns_;
}

double Histogram::percentile_us(double per_cent) const {
  if (count_ == 0) return 0;
  const double wanted = static_cast<double>(count_) * per_cent / 100;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (static_cast<double>(seen) >= wanted && seen > 0)
      return static_cast<double>(std::min(top_of(i), max_ns_)) / 1e3;
  }
  return max_us();
}

double Histogram::mean_us() const {
  return count_ == 0 ? 0 : sum_ns_ / static_cast<double>(count_) / 1e3;
}

double Histogram::max_us() const {
  return static_cast<double>(max_ns_) / 1e3;
}

}  // namespace berth::load
