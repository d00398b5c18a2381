#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controllers/service/plan.h"
#include "scheduling/service_rules.h"

/// What a service waits for, derived from the facts and the plan of its scheduler. Pure.
namespace berth::services::control {

/// Something that stands between a service and what was asked for.
struct Wait {
  std::string code;  ///< For programs: "backoff", "maximum", "placement", "start", "pending", "health",
                     ///< "minimum", "stopping", "away", "failed", "settling".
  std::string text;  ///< One sentence for people.
  std::vector<std::string> tasks;  ///< Ids of the tasks it is about, at most kWaitTasksMax.
  std::optional<WallTime> until;   ///< When time alone ends it.
};
inline constexpr std::size_t kWaitTasksMax = 20;

/// The tasks of one deployment, or of a service.
struct TaskCounts {
  std::int64_t running = 0;
  std::int64_t pending = 0;
  std::int64_t healthy = 0;   ///< Running, wanted, and healthy where there is a health check.
  std::int64_t stopping = 0;  ///< Not wanted any more, and not stopped yet.
  std::int64_t all() const { return running + pending + stopping; }
};
/// Of one deployment; of all with an empty id.
TaskCounts count_tasks(const controllers::service::Facts& facts, const std::string& deployment_id);

struct WaitInput {
  const controllers::service::Facts& facts;
  const controllers::service::ServicePlan& plan;
  scheduling::DeploymentBounds bounds;
  /// Why no further task can be placed; empty when one can, or none is to be.
  std::string placement_problem;
};
/// In the order in which they matter: the first is what blocks the next step. Empty: nothing is missing.
std::vector<Wait> waits_of(const WaitInput& input);

}  // namespace berth::services::control
