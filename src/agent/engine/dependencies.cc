#include "agent/engine/dependencies.h"

#include <algorithm>

#include "base/assert.h"

namespace berth::agent::engine {
namespace {

Verdict judge(const ContainerState& on, const ContainerSpec& spec, Condition condition) {
  const bool stopped = on.known == Status::stopped;
  switch (condition) {
    case Condition::create:
      if (stopped && on.docker_id.empty()) return Verdict::never;
      return on.known >= Status::created ? Verdict::ready : Verdict::waiting;
    case Condition::start:
      return on.known >= Status::running ? Verdict::ready : Verdict::waiting;
    case Condition::complete:
      if (stopped) return Verdict::ready;
      break;
    case Condition::success:
      if (stopped) return on.exit_code == 0 ? Verdict::ready : Verdict::never;
      break;
    case Condition::healthy:
      if (stopped) return Verdict::never;
      if (on.health.status == HealthStatus::healthy) return Verdict::ready;
      if (on.known == Status::running && on.health.status == HealthStatus::none && !spec.health_check) {
        return Verdict::never;
      }
      break;
  }
  return on.start_expired ? Verdict::never : Verdict::waiting;
}

std::string explain(const TaskState& task, std::size_t from, const Dependency& edge) {
  const ContainerState& on = task.containers[edge.container];
  const ContainerSpec& spec = task.spec.containers[edge.container];
  std::string why = "it has no health check";
  if (on.known == Status::stopped) {
    why = on.exit_code ? "it has stopped with exit code " + std::to_string(*on.exit_code) : "it has stopped";
  } else if (on.start_expired && spec.start_timeout) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*spec.start_timeout).count();
    why = "that did not happen within its startTimeout of " + std::to_string(seconds) + "s";
  }
  return "TaskStateError: container " + task.spec.containers[from].name + " waits for container " +
         spec.name + " with condition " + std::string(to_string(edge.condition)) + ", but " + why;
}

bool is_timed(Condition condition) {
  return condition == Condition::complete || condition == Condition::success ||
         condition == Condition::healthy;
}

}  // namespace

Verdict judge_dependencies(const TaskState& task, std::size_t container, Hold hold, std::string* reason) {
  Verdict all = Verdict::ready;
  for (const Dependency& edge : task.spec.containers[container].depends_on) {
    const Verdict one =
        judge(task.containers[edge.container], task.spec.containers[edge.container], edge.condition);
    if (one == Verdict::never) {
      if (reason != nullptr) *reason = explain(task, container, edge);
      return Verdict::never;
    }
    if (hold == Hold::pull && edge.implicit) continue;
    if (one == Verdict::waiting) all = Verdict::waiting;
  }
  return all;
}

bool dependents_stopped(const TaskState& task, std::size_t container) {
  for (std::size_t i = 0; i < task.containers.size(); ++i) {
    if (task.containers[i].known == Status::stopped) continue;
    for (const Dependency& edge : task.spec.containers[i].depends_on) {
      if (edge.container == container) return false;
    }
  }
  return true;
}

bool has_timed_dependents(const TaskState& task, std::size_t container) {
  return std::ranges::any_of(task.spec.containers, [&](const ContainerSpec& spec) {
    return std::ranges::any_of(spec.depends_on, [&](const Dependency& edge) {
      return edge.container == container && is_timed(edge.condition);
    });
  });
}

}  // namespace berth::agent::engine
