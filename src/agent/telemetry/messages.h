#pragma once
#include <optional>
#include <string>
#include <vector>

#include "agent/engine/task_state.h"
#include "base/time.h"
#include "model/tcs/types.h"

namespace berth::agent::telemetry {

/// Tasks in one message; more go into further ones with the same message id, the last of which says `fin`.
inline constexpr std::size_t kTasksPerMessageMax = 10;

/// Who publishes, and what marks this round.
struct Round {
  std::string cluster;
  std::string container_instance_arn;
  std::string message_id;
  WallTime now;
};

/// The messages of one round of metrics, each a whole JSON envelope; a single idle one when `tasks` is empty.
/// Pure.
std::vector<std::string> render_metrics(const Round& round, std::vector<model::tcs::TaskMetric> tasks);

/// Health of running containers that have a check (`healthCheckType`); none of the messages when there are
/// none.
std::vector<std::string> render_health(const Round& round,
                                       const std::vector<const engine::TaskState*>& tasks);

/// What the agent thinks of its container engine.
struct EngineHealth {
  model::tcs::InstanceHealthcheckStatus status = model::tcs::InstanceHealthcheckStatus::initializing;
  std::optional<WallTime> updated, changed;
};
std::string render_instance_status(const Round& round, const EngineHealth& health);

}  // namespace berth::agent::telemetry
