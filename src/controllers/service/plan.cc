#include "controllers/service/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "controllers/service/plan_state.h"

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
    if (*task.started_at < *deployment.last_failure_at) continue;
    if (task.health == Health::unknown || task.health == Health::unhealthy) continue;
    const WallTime proven = *task.started_at + scheduling::kShortRun;
    if (proven > state.facts.now) {
      state.look_again(proven);
      continue;
    }
    deployment.failed_tasks = 0;
    deployment.last_failure_at.reset();
    deployment.next_start_at.reset();
    state.service().unable_to_start_at.reset();
    return;
  }
}

void trip_breaker(PlanState& state) {
  auto& service = state.service();
  auto& primary = state.primary();
  if (primary.rollout_state != DeploymentRolloutState::in_progress || !scheduling::breaker_enabled(service))
    return;
  if (primary.failed_tasks < scheduling::breaker_threshold(service.desired_count)) return;
  const std::string failed = primary.id;
  const std::string reason = "ECS deployment circuit breaker: tasks failed to start.";
  primary.rollout_state = DeploymentRolloutState::failed;
  primary.rollout_state_reason = reason;
  primary.updated_at = state.facts.now;
  state.plan.events.push_back(fmt::format("{} (deployment {}) deployment failed: tasks failed to start.",
                                          scheduling::event_subject(service), failed));
  if (!scheduling::breaker_rolls_back(service)) return;
  if (!scheduling::roll_back(service, reason, "ECS deployment circuit breaker", state.facts.now)) return;
  state.event(fmt::format("rolling back to deployment {}.", state.primary().id));
}

}  // namespace

PlanState::PlanState(const Facts& facts_in) : facts(facts_in) {
  plan.after = facts.service;
  for (const auto& task : facts.tasks) stopping.push_back(!task.wanted);
}

bool PlanState::unhealthy(const TaskFact& task) {
  if (task.health != Health::unhealthy) return false;
  const auto grace = std::chrono::seconds(facts.service.health_check_grace_period_seconds.value_or(0));
  if (!task.started_at || facts.now >= *task.started_at + grace) return true;
  look_again(*task.started_at + grace);
  return false;
}

bool PlanState::healthy(const TaskFact& task) {
  if (!task.running || !task.wanted) return false;
  if (task.health != Health::unchecked) return task.health == Health::healthy;
  if (!is_primary(task) || primary().rollout_state == DeploymentRolloutState::completed) return true;
  const Duration settle = primary().failed_tasks > 0 ? scheduling::kShortRun : kSettleTime;
  const WallTime settled = task.started_at.value_or(facts.now) + settle;
  if (settled <= facts.now) return true;
  look_again(settled);
  return false;
}

void PlanState::stop(std::size_t task, std::string reason) {
  if (stopping[task]) return;
  if (plan.stops.size() == kStopsMax) return look_again(facts.now);
  stopping[task] = true;
  plan.stops.push_back({task, std::move(reason)});
}

void PlanState::event(std::string_view message) {
  plan.events.push_back(fmt::format("{} {}", scheduling::event_subject(facts.service), message));
}

void PlanState::event_at_most(std::optional<WallTime>& last, Duration every, std::string_view message) {
  if (!last || facts.now >= *last + every || facts.now < *last) {
    event(message);
    last = facts.now;
  }
  look_again(*last + every);
}

void PlanState::look_again(WallTime when) {
  if (!plan.look_again || when < *plan.look_again) plan.look_again = when;
}

bool PlanState::starts_paused() {
  auto& deployment = primary();
  if (!deployment.next_start_at || *deployment.next_start_at <= facts.now) return false;
  // A wall clock that was set back must not stretch the pause.
  if (*deployment.next_start_at > facts.now + scheduling::kRetryDelayMax) return false;
  look_again(*deployment.next_start_at);
  event_at_most(service().unable_to_start_at, kUnableToStartEvery,
                "is unable to consistently start tasks successfully.");
  return true;
}

std::string PlanState::scaling_reason() {
  return fmt::format("Scaling activity initiated by (deployment {})", primary().id);
}

void account_failures(PlanState& state) {
  for (const auto& exit : state.facts.exits) {
    if (exit.started_at && exit.stopped_at >= *exit.started_at + scheduling::kShortRun) continue;
    if (auto* deployment = scheduling::find_deployment(state.service(), exit.deployment_id))
      count_failure(state, *deployment);
  }
  for (auto& deployment : state.service().deployments) forgive(state, deployment);
}

void stop_unhealthy(PlanState& state) {
  for (std::size_t i = 0; i < state.facts.tasks.size(); ++i) {
    const auto& task = state.facts.tasks[i];
    if (state.stopping[i] || !state.unhealthy(task)) continue;
    state.stop(i, "Task failed container health checks");
    if (!state.stopping[i]) continue;
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
  std::int64_t serving = 0, others = 0, leaving = 0;
  for (std::size_t i = 0; i < state.facts.tasks.size(); ++i) {
    const auto& task = state.facts.tasks[i];
    if (!state.is_primary(task)) {
      ++others;
    } else if (!state.stopping[i] && state.healthy(task) && !task.host_leaves) {
      ++serving;
    } else if (!state.stopping[i]) {
      ++leaving;
    }
  }
  std::erase_if(service.deployments, [&](const DeploymentState& deployment) {
    if (deployment.status == DeploymentStatus::primary) return false;
    return std::none_of(state.facts.tasks.begin(), state.facts.tasks.end(),
                        [&](const TaskFact& task) { return task.deployment_id == deployment.id; });
  });
  for (auto& deployment : service.deployments) {
    if (deployment.status == DeploymentStatus::primary) {
      deployment.desired_count = static_cast<std::int32_t>(desired);
      continue;
    }
    deployment.desired_count = 0;
    for (std::size_t i = 0; i < state.facts.tasks.size(); ++i)
      if (state.facts.tasks[i].deployment_id == deployment.id && !state.stopping[i])
        ++deployment.desired_count;
  }
  auto& primary = state.primary();
  const bool whole = serving == desired && others == 0 && leaving == 0 && !state.failed();
  if (whole && primary.rollout_state == DeploymentRolloutState::in_progress) {
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

ServicePlan plan(const Facts& facts) {
  PlanState state(facts);
  if (facts.service.status == ServiceStatus::inactive) return std::move(state.plan);
  if (facts.service.status == ServiceStatus::draining) {
    plan_draining(state);
  } else {
    account_failures(state);
    stop_unhealthy(state);
    trip_breaker(state);
    if (facts.service.scheduling_strategy == model::ecs::SchedulingStrategy::daemon)
      plan_daemon(state);
    else
      plan_replica(state);
  }
  if (!state.plan.stops.empty()) {
    std::string names;
    for (const auto& order : state.plan.stops) names += fmt::format(" (task {})", facts.tasks[order.task].id);
    state.event(fmt::format("has stopped {} running tasks:{}.", state.plan.stops.size(), names));
  }
  return std::move(state.plan);
}

}  // namespace berth::controllers::service
