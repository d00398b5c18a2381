#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/time.h"

namespace berth::api {

/// Counts requests and their durations, for GET /metrics.
/// Runs on: any thread.
class RequestMetrics {
 public:
  /// Upper bounds of the duration histogram, in microseconds; the last bucket has none.
  static constexpr std::array<std::int64_t, 10> kBucketsUs = {100,   250,    500,    1'000,   2'500,
                                                              5'000, 10'000, 50'000, 250'000, 1'000'000};

  void count(std::string_view service, std::string_view operation, int status, Duration duration);
  /// Prometheus text.
  std::string render() const;

 private:
  struct Series {
    std::map<int, std::uint64_t> by_status;
    std::array<std::uint64_t, kBucketsUs.size() + 1> buckets{};
    std::uint64_t total_us = 0;
    std::uint64_t requests = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Series, std::less<>>
      series_;  ///< By `service.Operation`; only known operations are counted by name.
};

}  // namespace berth::api
