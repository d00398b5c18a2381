#pragma once
#include <cstddef>

#include "base/time.h"

namespace berth::controllers::reaper {

/// How long what is over is kept, by age and count. One table for all records (docs/design/state.md has it
/// for users).
struct Retention {
  Duration stopped_tasks = std::chrono::hours(1);
  std::size_t stopped_tasks_max = 100'000;  ///< A realm; beyond it the oldest go, but never within:
  Duration stopped_tasks_min = std::chrono::minutes(10);
  Duration inactive_instances = std::chrono::hours(1);
  Duration inactive_services = std::chrono::hours(24);
  Duration inactive_clusters = std::chrono::hours(24);
  Duration client_tokens = std::chrono::hours(24);
  std::size_t client_tokens_max = 200'000;    ///< A realm.
  std::size_t service_deployments_max = 100;  ///< A service; likewise its revisions.
};

/// Records that one transaction deletes.
inline constexpr std::size_t kBatchMax = 100;
/// How often it looks.
inline constexpr Duration kReapEvery = std::chrono::seconds(30);

}  // namespace berth::controllers::reaper
