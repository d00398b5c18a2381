#include "controllers/service/plan_state.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::controllers::service {
namespace {

using domain::DeploymentState;
using domain::DeploymentStatus;
using domain::ServiceStatus;
using model::ecs::DeploymentRolloutState;

void count_failure(PlanState& state, DeploymentState& deployment) {
  ++deployment.failed_tasks;
  deployment.last_failure_at = state.facts.now;
  const Duration pause = scheduling::retry_delay(deployment.failed_tasks, deployment.desired_count);
  if (pause > Duration::zero()) deployment.next_start_at = state.facts.now + pause;
}

// One task that began after the last failure and stays up shows that it can be done.
void forgive(PlanState& state, DeploymentState& deployment) {
  if (deployment.failed_tasks == 0 || !deployment.last_failure_at) return;
  for (const auto& task : state.facts.tasks) {
    if (task.deployment_id != deployment.id || !task.running || !task.wanted || !task.started_at) continue;
    if (state.facts.since(*task.started_at) > state.facts.since(*deployment.last_failure_at)) continue;
    if (task.health == Health::unknown || task.health == Health::unhealthy) continue;
    if (!state.is_past(*task.started_at, scheduling::kShortRun)) continue;
    deployment.failed_tasks = 0;
    deployment.last_failure_at.reset();
    deployment.next_start_at.reset();
    state.service().unable_to_start_at.reset();
    return;
  }
}

// Deployments without tasks go; what the others still want follows their tasks.
void update_counts(PlanState& state, std::int64_t desired) {
  auto& deployments = state.service().deployments;
  std::erase_if(deployments, [&](const DeploymentState& deployment) {
    if (deployment.status == DeploymentStatus::primary || state.rolled_back) return false;
    return std::none_of(state.facts.tasks.begin(), state.facts.tasks.end(),
                        [&](const TaskFact& task) { return task.deployment_id == deployment.id; });
  });
  for (auto& deployment : deployments) {
    if (deployment.status == DeploymentStatus::primary) {
      deployment.desired_count = static_cast<std::int32_t>(desired);
      continue;
    }
    deployment.desired_count = 0;
    for (std::size_t i = 0; i < state.facts.tasks.size(); ++i)
      if (state.facts.tasks[i].deployment_id == deployment.id && !state.stopping[i])
        ++deployment.desired_count;
  }
}

// As many tasks of the PRIMARY deployment serve as are wanted, and there are no others, not even ones that
// are stopping: they count as running until they have stopped, after a scale-in too.
bool is_whole(PlanState& state, std::int64_t desired) {
  std::int64_t serving = 0, others = 0, leaving = 0;
  for (std::size_t i = 0; i < state.facts.tasks.size(); ++i) {
    const auto& task = state.facts.tasks[i];
    if (!state.is_primary(task) || state.stopping[i]) {
      ++others;
    } else if (state.healthy(task) && !task.host_leaves) {
      ++serving;
    } else {
      ++leaving;
    }
  }
  return serving == desired && others == 0 && leaving == 0 && !state.failed() && !state.rolled_back;
}

// How long a deployment must have been whole before it is complete.
Duration bake_time(const domain::ServiceRecord& service) {
  const auto& given = service.deployment_configuration;
  return std::chrono::minutes(given ? given->bake_time_in_minutes.value_or(0) : 0);
}

}  // namespace

PlanState::PlanState(const Facts& facts_in) : facts(facts_in) {
  plan.after = facts.service;
  for (const auto& task : facts.tasks) stopping.push_back(!task.wanted);
}

bool PlanState::unhealthy(const TaskFact& task) {
  if (task.health != Health::unhealthy) return false;
  const auto grace = std::chrono::seconds(facts.service.health_check_grace_period_seconds.value_or(0));
  return !task.started_at || is_past(*task.started_at, grace);
}

bool PlanState::healthy(const TaskFact& task) {
  if (!task.running || !task.wanted) return false;
  if (task.health != Health::unchecked) return task.health == Health::healthy;
  if (!is_primary(task) || primary().rollout_state == DeploymentRolloutState::completed) return true;
  const Duration settle = primary().failed_tasks > 0 ? scheduling::kShortRun : kSettleTime;
  return is_past(task.started_at.value_or(facts.now), settle);
}

void PlanState::stop(std::size_t task, std::string reason) {
  if (stopping[task]) return;
  if (plan.stops.size() == kStopsMax) return look_again(facts.now);
  stopping[task] = true;
  plan.stops.push_back({task, std::move(reason)});
}

bool PlanState::is_protected(const TaskFact& task) {
  if (!task.protected_until || *task.protected_until <= facts.now) return false;
  look_again(*task.protected_until);
  return true;
}

void PlanState::event(std::string_view message) {
  plan.events.push_back(fmt::format("{} {}", scheduling::event_subject(facts.service), message));
}

void PlanState::event_at_most(std::optional<WallTime>& last, Duration every, std::string_view message) {
  if (last && !is_past(*last, every)) return;
  event(message);
  last = facts.now;
  look_again(facts.now + every);
}

void PlanState::look_again(WallTime when) {
  if (!plan.look_again || when < *plan.look_again) plan.look_again = when;
}

bool PlanState::is_past(WallTime time, Duration age) {
  const Duration left = age - facts.since(time);
  if (left <= Duration::zero()) return true;
  look_again(facts.now + left);
  return false;
}

Duration PlanState::pause_of(const DeploymentState& deployment) const {
  if (!deployment.next_start_at || !deployment.last_failure_at) return Duration::zero();
  const Duration pause =
      std::min<Duration>(*deployment.next_start_at - *deployment.last_failure_at, scheduling::kRetryDelayMax);
  return std::max<Duration>(pause - facts.since(*deployment.last_failure_at), Duration::zero());
}

bool PlanState::starts_paused() {
  const Duration pause = pause_of(primary());
  if (pause == Duration::zero()) return false;
  look_again(facts.now + pause);
  std::string message = "is unable to consistently start tasks successfully.";
  if (!facts.last_failure.empty()) message += " " + facts.last_failure;
  event_at_most(service().unable_to_start_at, kUnableToStartEvery, message);
  return true;
}

std::string PlanState::scaling_reason() {
  const auto* by = scheduling::primary_of(plan.after);
  return by ? fmt::format("Scaling activity initiated by (deployment {})", by->id) : "Scaling activity";
}

void account_failures(PlanState& state) {
  for (const auto& exit : state.facts.exits) {
    const bool ran_long =
        exit.started_at &&
        state.facts.since(*exit.started_at) - state.facts.since(exit.stopped_at) >= scheduling::kShortRun;
    if (ran_long) continue;
    if (auto* deployment = scheduling::find_deployment(state.service(), exit.deployment_id))
      count_failure(state, *deployment);
  }
  for (auto& deployment : state.service().deployments) forgive(state, deployment);
  if (auto& sets = state.service().task_sets)
    for (auto& set : *sets) forgive(state, set.deployment);
}

void stop_unhealthy(PlanState& state) {
  for (std::size_t i = 0; i < state.facts.tasks.size(); ++i) {
    const auto& task = state.facts.tasks[i];
    if (state.stopping[i] || !state.unhealthy(task)) continue;
    state.stop(i, "Task failed container health checks");
    if (!state.stopping[i]) continue;
    state.event(fmt::format("(task {}) failed container health checks.", task.id));
    if (auto* deployment = scheduling::find_deployment(state.service(), task.deployment_id))
      count_failure(state, *deployment);
  }
}

void plan_draining(PlanState& state) {
  auto& service = state.service();
  service.desired_count = 0;
  for (auto& deployment : service.deployments) deployment.desired_count = 0;
  for (std::size_t i = 0; i < state.facts.tasks.size(); ++i) state.stop(i, state.scaling_reason());
  if (!state.facts.tasks.empty()) return;
  service.status = ServiceStatus::inactive;
  service.inactive_at = state.facts.now;
  std::erase_if(service.deployments, [](const DeploymentState& deployment) {
    return deployment.status != DeploymentStatus::primary;
  });
}

void settle_deployments(PlanState& state, std::int64_t desired) {
  auto& service = state.service();
  update_counts(state, desired);
  auto& primary = state.primary();
  const bool whole = is_whole(state, desired);
  const WallTime steady_since = service.steady_since.value_or(state.facts.now);
  if (whole && primary.rollout_state == DeploymentRolloutState::in_progress &&
      state.is_past(steady_since, bake_time(service))) {
    primary.rollout_state = DeploymentRolloutState::completed;
    primary.rollout_state_reason = fmt::format("ECS deployment {} completed.", primary.id);
    primary.updated_at = state.facts.now;
    state.plan.events.push_back(fmt::format("{} (deployment {}) deployment completed.",
                                            scheduling::event_subject(service), primary.id));
  }
  if (primary.rollout_state == DeploymentRolloutState::completed) service.last_completed = primary;
  if (whole && !service.steady_since) {
    service.steady_since = state.facts.now;
    service.unable_to_place_at.reset();
    service.unable_to_deploy_at.reset();
    state.event("has reached a steady state.");
  } else if (!whole) {
    service.steady_since.reset();
  }
}

}  // namespace berth::controllers::service
