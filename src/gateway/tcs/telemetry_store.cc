#include "gateway/tcs/telemetry_store.h"

#include <utility>

namespace berth::gateway {

void TelemetryStore::put(const std::string& task_arn, Sample sample) {
  const std::lock_guard lock(mutex_);
  const auto found = tasks_.find(task_arn);
  if (found != tasks_.end()) {
    found->second.sample = std::move(sample);
    by_age_.splice(by_age_.end(), by_age_, found->second.age);
    return;
  }
  by_age_.push_back(task_arn);
  tasks_.emplace(task_arn, Entry{std::move(sample), std::prev(by_age_.end())});
  if (tasks_.size() <= tasks_max_) return;
  tasks_.erase(by_age_.front());
  by_age_.pop_front();
}

std::optional<TelemetryStore::Sample> TelemetryStore::latest(const std::string& task_arn) const {
  const std::lock_guard lock(mutex_);
  const auto found = tasks_.find(task_arn);
  if (found == tasks_.end()) return std::nullopt;
  return found->second.sample;
}

std::size_t TelemetryStore::size() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

}  // namespace berth::gateway
