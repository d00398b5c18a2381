#pragma once
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "model/tcs/tcs_types.h"

namespace berth::gateway {

/// The newest metrics of each task, as its agent published them: CPU in percent of the whole instance, memory
/// in MiB.
///
/// Runs on: any thread.
/// Limits: `tasks_max`; beyond it the task that was longest silent is forgotten.
class TelemetryStore {
 public:
  explicit TelemetryStore(std::size_t tasks_max) : tasks_max_(tasks_max) {}

  struct Sample {
    model::tcs::TaskMetric metric;
    WallTime received_at;
  };
  /// `task_arn` is one that was checked to be of the publishing instance's realm.
  void put(const std::string& task_arn, Sample sample);
  std::optional<Sample> latest(const std::string& task_arn) const;
  std::size_t size() const;

 private:
  struct Entry {
    Sample sample;
    std::list<std::string>::iterator age;
  };
  mutable std::mutex mutex_;
  std::size_t tasks_max_;
  std::unordered_map<std::string, Entry> tasks_;
  std::list<std::string> by_age_;  ///< Oldest first.
};

}  // namespace berth::gateway
