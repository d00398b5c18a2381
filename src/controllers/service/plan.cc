#include "controllers/service/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "controllers/service/plan_state.h"
#include "scheduling/task_sets.h"

namespace berth::controllers::service {
namespace {

using domain::DeploymentState;
using domain::DeploymentStatus;
using domain::ServiceStatus;
using model::ecs::DeploymentRolloutState;

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
  state.rolled_back = true;
  state.look_again(state.facts.now);
  state.event(fmt::format("rolling back to deployment {}.", state.primary().id));
}

std::string unplaced_message(const domain::ServiceRecord& service, domain::Compat compat,
                             const WhyNot& why_not) {
  const std::string subject = scheduling::event_subject(service);
  if (compat == domain::Compat::guide_2015)
    return fmt::format("{} was unable to place a task because the resources could not be found.", subject);
  return fmt::format(
      "{} was unable to place a task because no container instance met all of its requirements. {} For more "
      "information, see the Troubleshooting section of the Amazon ECS Developer Guide.{}{}",
      subject, why_not.closest, why_not.explanation.empty() ? "" : " ", why_not.explanation);
}

}  // namespace

void account_unplaced(ServicePlan& plan, const Facts& facts, std::int64_t unplaced, const WhyNot& why_not) {
  auto& service = plan.after;
  auto& last = service.unable_to_place_at;
  auto* primary = scheduling::primary_of(service);
  if (!last || facts.since(*last) >= kUnableToPlaceEvery) {
    last = facts.now;
    plan.events.push_back(unplaced_message(service, facts.compat, why_not));
    const bool some_run = std::any_of(facts.tasks.begin(), facts.tasks.end(), [&](const TaskFact& task) {
      return task.running && primary && task.deployment_id == primary->id;
    });
    if (primary && !some_run && primary->rollout_state == DeploymentRolloutState::in_progress) {
      const auto most = (scheduling::breaker_threshold(service.desired_count) + 2) / 3;
      primary->failed_tasks += static_cast<std::int32_t>(std::min<std::int64_t>(unplaced, most));
      primary->last_failure_at = facts.now;
    }
  }
  const WallTime again = facts.now + (kUnableToPlaceEvery - facts.since(*last));
  if (!plan.look_again || again < *plan.look_again) plan.look_again = again;
}

ServicePlan plan(const Facts& facts) {
  PlanState state(facts);
  if (facts.service.status == ServiceStatus::inactive) return std::move(state.plan);
  if (facts.service.status == ServiceStatus::draining) {
    plan_draining(state);
  } else if (scheduling::is_external(facts.service)) {
    account_failures(state);
    stop_unhealthy(state);
    plan_task_sets(state);
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
    std::vector<std::string> ids;
    for (const auto& order : state.plan.stops) ids.push_back(facts.tasks[order.task].id);
    state.event(fmt::format("has stopped {} running tasks: {}.", ids.size(), scheduling::named_tasks(ids)));
  }
  return std::move(state.plan);
}

}  // namespace berth::controllers::service
