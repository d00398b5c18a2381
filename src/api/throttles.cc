#include "api/throttles.h"

#include <algorithm>
#include <cmath>

namespace berth::api {

std::optional<Duration> Throttles::pay(const Toll& toll, MonotonicTime now) {
  const std::lock_guard lock(mutex_);
  Bucket* bucket = bucket_of(toll, now);
  if (!bucket) return std::nullopt;
  const double left = bucket->tokens - toll.tokens;
  const auto wait = std::chrono::milliseconds(left < 0 ? std::llround(-left / toll.per_second * 1000) : 0);
  if (wait > toll.wait_max) return std::nullopt;
  bucket->tokens = left;
  return wait;
}

void Throttles::fill(Bucket& bucket, MonotonicTime now) {
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  bucket.tokens = std::min(bucket.burst, bucket.tokens + std::max(seconds, 0.0) * bucket.per_second);
  bucket.at = now;
}

void Throttles::forget_full(MonotonicTime now) {
  for (auto at = buckets_.begin(); at != buckets_.end();) {
    fill(at->second, now);
    at = at->second.tokens >= at->second.burst ? buckets_.erase(at) : std::next(at);
  }
}

// Null when there is no room for another.
Throttles::Bucket* Throttles::bucket_of(const Toll& toll, MonotonicTime now) {
  if (buckets_.size() >= kBucketsMax) forget_full(now);
  // Nobody who is still limited is let go: a new key waits until there is room.
  if (buckets_.size() >= kBucketsMax && !buckets_.contains(toll.bucket)) return nullptr;
  Bucket& bucket =
      buckets_.try_emplace(toll.bucket, Bucket{toll.per_second, toll.burst, toll.burst, now}).first->second;
  fill(bucket, now);
  return &bucket;
}

}  // namespace berth::api
