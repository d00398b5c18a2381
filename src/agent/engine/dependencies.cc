#include "agent/engine/dependencies.h"

#include <algorithm>

#include "base/assert.h"

namespace berth::agent::engine {
namespace {

/// Pulling, creating and starting fail, too, and end in STOPPED: only one that ran counts as started or as
/// complete.
bool never_ran(const ContainerState& on) {
  return on.known == Status::stopped && !on.started_at;
}

Verdict judge(const ContainerState& on, const ContainerSpec& spec, Condition condition) {
  const bool stopped = on.known == Status::stopped;
  switch (condition) {
    case Condition::create:
      if (stopped && on.docker_id.empty()) return Verdict::never;
      return on.known >= Status::created ? Verdict::ready : Verdict::waiting;
    case Condition::start:
      if (never_ran(on)) return Verdict::never;
      return on.known >= Status::running ? Verdict::ready : Verdict::waiting;
    case Condition::complete:
      if (never_ran(on)) return Verdict::never;
      if (stopped) return Verdict::ready;
      break;
    case Condition::success:
      if (stopped) return !never_ran(on) && on.exit_code == 0 ? Verdict::ready : Verdict::never;
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

/// "app(busybox) (NONE->RUNNING)", and how it ended if it has.
std::string describe_waiting(const TaskState& task, std::size_t index) {
  const ContainerSpec& spec = task.spec.containers[index];
  const ContainerState& state = task.containers[index];
  std::string text = spec.name + "(" + spec.image + ") (" + std::string(to_string(state.known)) + "->" +
                     std::string(to_string(state.desired)) + ")";
  if (state.exit_code) text += " - Exit: " + std::to_string(*state.exit_code);
  return text;
}

/// What a container has become when the condition is met.
std::string_view reached_by(Condition condition) {
  switch (condition) {
    case Condition::create:
      return "created";
    case Condition::start:
    case Condition::complete:
      return "started";
    case Condition::success:
      return "successful";
    case Condition::healthy:
      return "healthy";
  }
  unreachable();
}

/// As Amazon's agent words it; people search for these sentences.
std::string explain(const TaskState& task, std::size_t from, const Dependency& edge) {
  const ContainerState& on = task.containers[edge.container];
  const std::string pair = "dependency [" + describe_waiting(task, edge.container) + "] for target [" +
                           describe_waiting(task, from) + "]";
  const std::string condition(to_string(edge.condition));
  if (on.known != Status::stopped && on.start_expired)
    return "dependency graph: container ordering " + pair + " has timed out waiting for " + condition + ".";
  std::string why = "has no health check";
  if (edge.condition == Condition::success) {
    why = "did not exit successfully";
  } else if (on.known == Status::stopped) {
    why = "has stopped before it was " + std::string(reached_by(edge.condition));
  }
  return "dependency graph: failed to resolve container ordering " + pair + " as dependency " + why + ".";
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
