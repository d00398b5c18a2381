#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/time.h"

namespace berth::api {

/// What a call costs, and of which bucket. Services say it (OperationRules::toll).
struct Toll {
  std::string bucket;
  double per_second = 0;  ///< How fast the bucket fills.
  double burst = 0;       ///< How much it holds.
  double tokens = 1;
  /// What is not there yet is waited for so long at most; zero: the call is refused instead.
  Duration wait_max = Duration::zero();
};

/// Rates of calls as token buckets: a bucket holds a burst, and fills at its rate. Off unless
/// `berthd --throttles on`; what exceeds a rate is answered ThrottlingException, "Rate exceeded".
///
/// Runs on: any thread.
/// Limits:  kBucketsMax buckets; beyond, those that are full are forgotten, which changes nothing.
class Throttles {
 public:
  static constexpr std::size_t kBucketsMax = 10'000;

  /// Takes the tokens, and says how long the call has to wait for them. Nothing, and nothing taken, when that
  /// would be longer than it may.
  std::optional<Duration> pay(const Toll& toll, MonotonicTime now);

 private:
  struct Bucket {
    double per_second = 0;
    double burst = 0;
    double tokens = 0;
    MonotonicTime at;
  };
  Bucket* bucket_of(const Toll& toll, MonotonicTime now);
  static void fill(Bucket& bucket, MonotonicTime now);
  void forget_full(MonotonicTime now);

  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace berth::api
