#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "domain/limits.h"
#include "domain/realm.h"

namespace berth::services {

/// The rates of the guide (p.112), as token buckets: a bucket holds a burst, and fills at its rate. Off
/// unless `berthd --throttles on`; what exceeds a rate is answered ThrottlingException, "Rate exceeded".
///
/// Runs on: any thread.
/// Limits:  kBucketsMax buckets; beyond, those that are full are forgotten, which changes nothing.
class Throttles {
 public:
  static constexpr std::size_t kBucketsMax = 10'000;
  static constexpr Duration kRunTaskWaitMax = std::chrono::seconds(5);

  explicit Throttles(const domain::Limits& limits) : limits_(limits) {}
  /// One call of an operation in a realm; operations without a rate are always admitted.
  bool admit(const domain::Realm& realm, std::string_view operation, MonotonicTime now);
  /// How long a RunTask that may touch so many container instances of a cluster has to wait, so that no more
  /// than the rate are touched in a second, in one call or several (guide-conformance A-12). Nothing when
  /// that would be longer than kRunTaskWaitMax.
  std::optional<Duration> reserve_run_task(const std::string& cluster_key, std::int32_t instances,
                                           MonotonicTime now);

 private:
  struct Rate {
    double per_second = 0;
    double burst = 0;
  };
  struct Bucket {
    Rate rate;
    double tokens = 0;
    MonotonicTime at;
  };
  bool take(const std::string& key, Rate rate, double tokens, MonotonicTime now);
  Bucket* bucket_of(const std::string& key, Rate rate, MonotonicTime now);
  static void fill(Bucket& bucket, MonotonicTime now);
  void forget_full(MonotonicTime now);

  domain::Limits limits_;
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace berth::services
