#include "services/core/throttles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace berth::services {

bool Throttles::admit(const domain::Realm& realm, std::string_view operation, MonotonicTime now) {
  Rate rate;
  if (operation == "RegisterTaskDefinition")
    rate = {static_cast<double>(limits_.register_task_definition_per_second),
            static_cast<double>(limits_.register_task_definition_burst)};
  else if (operation == "RegisterContainerInstance")
    rate = {static_cast<double>(limits_.register_container_instance_per_second),
            static_cast<double>(limits_.register_container_instance_burst)};
  else
    return true;
  return take(fmt::format("{}/{}/{}", realm.account, realm.region, operation), rate, 1, now);
}

std::optional<Duration> Throttles::reserve_run_task(const std::string& cluster_key, std::int32_t instances,
                                                    MonotonicTime now) {
  const double most = limits_.run_task_instances_per_second;
  const std::lock_guard lock(mutex_);
  Bucket* bucket = bucket_of("RunTask/" + cluster_key, {most, most}, now);
  if (!bucket) return std::nullopt;
  const double left = bucket->tokens - instances;
  const auto wait = std::chrono::milliseconds(left < 0 ? std::llround(-left / most * 1000) : 0);
  if (wait > kRunTaskWaitMax) return std::nullopt;
  bucket->tokens = left;
  return wait;
}

void Throttles::fill(Bucket& bucket, MonotonicTime now) {
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  bucket.tokens =
      std::min(bucket.rate.burst, bucket.tokens + std::max(seconds, 0.0) * bucket.rate.per_second);
  bucket.at = now;
}

void Throttles::forget_full(MonotonicTime now) {
  for (auto at = buckets_.begin(); at != buckets_.end();) {
    fill(at->second, now);
    at = at->second.tokens >= at->second.rate.burst ? buckets_.erase(at) : std::next(at);
  }
}

// Null when there is no room for another.
Throttles::Bucket* Throttles::bucket_of(const std::string& key, Rate rate, MonotonicTime now) {
  if (buckets_.size() >= kBucketsMax) forget_full(now);
  // Nobody who is still limited is let go: a new key waits until there is room.
  if (buckets_.size() >= kBucketsMax && !buckets_.contains(key)) return nullptr;
  Bucket& bucket = buckets_.try_emplace(key, Bucket{rate, rate.burst, now}).first->second;
  fill(bucket, now);
  return &bucket;
}

bool Throttles::take(const std::string& key, Rate rate, double tokens, MonotonicTime now) {
  const std::lock_guard lock(mutex_);
  Bucket* bucket = bucket_of(key, rate, now);
  if (!bucket || bucket->tokens < tokens) return false;
  bucket->tokens -= tokens;
  return true;
}

}  // namespace berth::services
