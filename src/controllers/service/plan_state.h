#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "controllers/service/plan.h"
#include "scheduling/service_rules.h"

// Parts of plan(); its face is controllers/service/plan.h.
namespace berth::controllers::service {

/// A plan in the making, with what its parts share.
struct PlanState {
  const Facts& facts;
  ServicePlan plan;
  bool rolled_back =
      false;  ///< By this plan: what failed is seen by users, and by its records, before it goes.
  std::vector<bool> stopping;  ///< By task: not wanted, or to be stopped by this plan.

  explicit PlanState(const Facts& facts_in);
  domain::ServiceRecord& service() { return plan.after; }
  /// Never null for a service that is not INACTIVE.
  domain::DeploymentState& primary() { return *scheduling::primary_of(plan.after); }
  bool failed() { return primary().rollout_state == model::ecs::DeploymentRolloutState::failed; }
  bool is_primary(const TaskFact& task) { return task.deployment_id == primary().id; }
  /// The task serves, as far as deployments are concerned.
  bool healthy(const TaskFact& task);
  bool unhealthy(const TaskFact& task);

  void stop(std::size_t task, std::string reason);
  /// Scale-in protection lasts: the task is left until it ends. Then looks again.
  bool is_protected(const TaskFact& task);
  void event(std::string_view message);
  /// Says `message` unless it was said less than `every` ago; then looks again when it may be repeated.
  void event_at_most(std::optional<WallTime>& last, Duration every, std::string_view message);
  void look_again(WallTime when);
  /// Whether `time` is so long ago; if not, looks again when it will be.
  bool is_past(WallTime time, Duration age);
  /// The rest of a pause that began with the last failure of a deployment; zero: none.
  Duration pause_of(const domain::DeploymentState& deployment) const;
  bool starts_paused();
  std::string scaling_reason();
};

/// Counts failures, forgives them, trips the circuit breaker.
void account_failures(PlanState& state);
/// Tasks that failed their health checks go at once: they do not serve.
void stop_unhealthy(PlanState& state);
void plan_replica(PlanState& state);
void plan_daemon(PlanState& state);
/// A service whose deployments are made from outside: each of its task sets gets and keeps its count.
void plan_task_sets(PlanState& state);
/// A service that is being deleted.
void plan_draining(PlanState& state);
/// Deployments that are over, completed ones, the steady state. `desired`: tasks of the PRIMARY deployment.
void settle_deployments(PlanState& state, std::int64_t desired);

}  // namespace berth::controllers::service
