#include <algorithm>

#include "controllers/service/plan_state.h"
#include "scheduling/task_sets.h"

namespace berth::controllers::service {
namespace {

using domain::TaskSetState;
using Positions = std::vector<std::size_t>;

struct SetTasks {
  Positions staying;  // On instances that stay; those that serve come last.
  Positions leaving;  // On instances that go.
  std::int64_t all = 0;
  std::int64_t serving = 0;
};

SetTasks tasks_of(PlanState& state, const TaskSetState& set) {
  SetTasks tasks;
  for (std::size_t i = 0; i < state.facts.tasks.size(); ++i) {
    const auto& task = state.facts.tasks[i];
    if (task.deployment_id != set.deployment.id) continue;
    ++tasks.all;
    if (state.stopping[i]) continue;
    (task.host_leaves ? tasks.leaving : tasks.staying).push_back(i);
    const bool serves = task.running && (task.health == Health::unchecked || task.health == Health::healthy);
    if (serves && !task.host_leaves) ++tasks.serving;
  }
  std::stable_partition(tasks.staying.begin(), tasks.staying.end(),
                        [&](std::size_t i) { return !state.facts.tasks[i].running; });
  return tasks;
}

// Stops what is too much; a task on an instance that goes is stopped once another serves in its place.
void stop_surplus(PlanState& state, const SetTasks& tasks, std::int64_t desired, std::string_view set) {
  const std::string reason = "Scaling activity initiated by (task set " + std::string(set) + ")";
  auto surplus = static_cast<std::int64_t>(tasks.staying.size()) - desired;
  for (const std::size_t i : tasks.staying) {
    if (surplus <= 0) break;
    if (desired > 0 && state.is_protected(state.facts.tasks[i])) continue;
    state.stop(i, reason);
    --surplus;
  }
  if (tasks.serving < desired) return;
  for (const std::size_t i : tasks.leaving) state.stop(i, reason);
}

// After failures, starts wait.
bool is_paused(PlanState& state, const TaskSetState& set) {
  const Duration pause = state.pause_of(set.deployment);
  if (pause > Duration::zero()) state.look_again(state.facts.now + pause);
  return pause > Duration::zero();
}

void note_stability(PlanState& state, TaskSetState& set, const SetTasks& tasks, std::int64_t desired) {
  const bool steady = tasks.serving == desired && tasks.all == desired;
  // STABILIZING is shown from the set's last change on; only the moment of getting steady is kept.
  if (steady == set.stability_changed_at.has_value()) return;
  if (steady)
    set.stability_changed_at = state.facts.now;
  else
    set.stability_changed_at.reset();
}

}  // namespace

void plan_task_sets(PlanState& state) {
  auto& service = state.service();
  if (!service.task_sets) return;
  std::vector<std::pair<const TaskSetState*, std::int64_t>> wanting;
  for (auto& set : *service.task_sets) {
    const std::int64_t desired = scheduling::computed_desired_count(service, set);
    set.deployment.desired_count = static_cast<std::int32_t>(desired);
    const SetTasks tasks = tasks_of(state, set);
    stop_surplus(state, tasks, desired, set.deployment.id);
    note_stability(state, set, tasks, desired);
    const auto missing = desired - static_cast<std::int64_t>(tasks.staying.size());
    if (missing > 0 && !is_paused(state, set)) wanting.emplace_back(&set, missing);
  }
  if (!wanting.empty()) {
    // One plan starts tasks of one set. Which one changes with time, so that a set without room does not
    // starve the others.
    const auto turn = static_cast<std::size_t>(state.facts.now.ms / 1'000) % wanting.size();
    const auto& [set, missing] = wanting[turn];
    state.plan.starts = std::min(missing, kStartsMax);
    state.plan.start_task_set = set->deployment.id;
    if (wanting.size() > 1) state.look_again(state.facts.now + std::chrono::seconds(1));
    state.plan.more_starts = missing > kStartsMax;
  }
  std::erase_if(*service.task_sets, [&](const TaskSetState& set) {
    return set.draining &&
           std::none_of(state.facts.tasks.begin(), state.facts.tasks.end(),
                        [&](const auto& task) { return task.deployment_id == set.deployment.id; });
  });
}

}  // namespace berth::controllers::service
