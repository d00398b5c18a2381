#include "agent/telemetry/messages.h"

#include <algorithm>

#include "model/tcs/codec.h"

namespace berth::agent::telemetry {
namespace {

namespace tcs = model::tcs;

std::string envelope(const char* type, const std::string& message) {
  return std::string(R"({"type":")") + type + R"(","message":)" + message + "}";
}

tcs::HealthStatus health_of(engine::HealthStatus status) {
  if (status == engine::HealthStatus::healthy) return tcs::HealthStatus::healthy;
  return status == engine::HealthStatus::unhealthy ? tcs::HealthStatus::unhealthy
                                                   : tcs::HealthStatus::unknown;
}

std::optional<tcs::TaskHealth> health_of(const engine::TaskState& task, const Round& round) {
  std::vector<tcs::ContainerHealth> containers;
  for (std::size_t i = 0; i < task.containers.size(); ++i) {
    const engine::ContainerState& state = task.containers[i];
    if (!task.spec.containers[i].health_check || state.known != engine::Status::running) continue;
    tcs::ContainerHealth health;
    health.container_name = task.spec.containers[i].name;
    health.health_status = health_of(state.health.status);
    health.status_since = state.health.since ? state.health.since : state.started_at;
    containers.push_back(std::move(health));
  }
  if (containers.empty()) return std::nullopt;
  tcs::TaskHealth health;
  health.task_arn = task.spec.arn;
  health.cluster_arn = round.cluster;
  health.task_definition_family = task.spec.family;
  health.task_definition_version = task.spec.version;
  health.containers = std::move(containers);
  return health;
}

/// Up to kTasksPerMessageMax of `all`, from `first` on.
template <class T>
std::vector<T> slice(const std::vector<T>& all, std::size_t first) {
  const std::size_t last = std::min(all.size(), first + kTasksPerMessageMax);
  return {all.begin() + static_cast<std::ptrdiff_t>(first), all.begin() + static_cast<std::ptrdiff_t>(last)};
}

}  // namespace

std::vector<std::string> render_metrics(const Round& round, std::vector<tcs::TaskMetric> tasks) {
  std::vector<std::string> messages;
  for (std::size_t first = 0; first == 0 || first < tasks.size(); first += kTasksPerMessageMax) {
    tcs::PublishMetricsRequest request;
    tcs::MetricsMetadata& metadata = request.metadata.emplace();
    metadata.cluster = round.cluster;
    metadata.container_instance = round.container_instance_arn;
    metadata.message_id = round.message_id;
    metadata.idle = tasks.empty();
    metadata.fin = first + kTasksPerMessageMax >= tasks.size();
    request.timestamp = round.now;
    if (!tasks.empty()) request.task_metrics = slice(tasks, first);
    messages.push_back(envelope("PublishMetricsRequest", model::encode_json(request)));
  }
  return messages;
}

std::vector<std::string> render_health(const Round& round,
                                       const std::vector<const engine::TaskState*>& tasks) {
  std::vector<tcs::TaskHealth> healths;
  for (const engine::TaskState* task : tasks) {
    if (auto health = health_of(*task, round)) healths.push_back(std::move(*health));
  }
  std::vector<std::string> messages;
  for (std::size_t first = 0; first < healths.size(); first += kTasksPerMessageMax) {
    tcs::PublishHealthRequest request;
    tcs::HealthMetadata& metadata = request.metadata.emplace();
    metadata.cluster = round.cluster;
    metadata.container_instance = round.container_instance_arn;
    metadata.message_id = round.message_id;
    metadata.fin = first + kTasksPerMessageMax >= healths.size();
    request.timestamp = round.now;
    request.tasks = slice(healths, first);
    messages.push_back(envelope("PublishHealthRequest", model::encode_json(request)));
  }
  return messages;
}

std::string render_instance_status(const Round& round, const EngineHealth& health) {
  tcs::PublishInstanceStatusRequest request;
  tcs::InstanceStatusMetadata& metadata = request.metadata.emplace();
  metadata.cluster = round.cluster;
  metadata.container_instance = round.container_instance_arn;
  metadata.request_id = round.message_id;
  request.timestamp = round.now;
  tcs::InstanceStatus status;
  status.type = "ContainerRuntime";
  status.status = health.status;
  status.last_updated = health.updated;
  status.last_status_change = health.changed;
  request.statuses = std::vector{status};
  return envelope("PublishInstanceStatusRequest", model::encode_json(request));
}

}  // namespace berth::agent::telemetry
