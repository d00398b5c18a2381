#include <algorithm>

#include "controllers/service/plan_state.h"
#include "placement/rules.h"
#include "placement/scale_in.h"

namespace berth::controllers::service {
namespace {

using Positions = std::vector<std::size_t>;

// The tasks of a REPLICA service by what is to become of them; positions in Facts::tasks.
struct Groups {
  Positions good;          // Of the PRIMARY deployment, on an instance that stays.
  Positions leaving;       // To be replaced, serving.
  Positions leaving_idle;  // To be replaced, not serving.
  std::int64_t good_healthy = 0;
  std::int64_t stopping = 0;
};

Groups group_tasks(PlanState& state) {
  Groups groups;
  for (std::size_t i = 0; i < state.facts.tasks.size(); ++i) {
    const auto& task = state.facts.tasks[i];
    if (state.stopping[i]) {
      ++groups.stopping;
    } else if (state.is_primary(task) && !task.host_leaves) {
      groups.good.push_back(i);
      if (state.healthy(task)) ++groups.good_healthy;
    } else {
      // However new it is: stopping it would be seen.
      const bool serves =
          task.running && (task.health == Health::unchecked || task.health == Health::healthy);
      (serves ? groups.leaving : groups.leaving_idle).push_back(i);
    }
  }
  return groups;
}

std::vector<placement::Strategy> strategies_of(const domain::ServiceRecord& service) {
  std::vector<placement::RawStrategy> raw;
  if (service.placement_strategy)
    for (const auto& strategy : *service.placement_strategy)
      raw.push_back({strategy.type ? std::string(to_string(*strategy.type)) : std::string(),
                     strategy.field.value_or("")});
  auto parsed = placement::parse_strategies(raw);
  return parsed ? *std::move(parsed) : std::vector<placement::Strategy>();
}

// `count` of `candidates`, or as many as are not protected, chosen so that what stays is balanced.
Positions choose(PlanState& state, const Positions& candidates, std::int64_t count) {
  const auto strategies = strategies_of(state.facts.service);
  std::vector<placement::StoppableTask> tasks;
  Positions positions;
  for (const std::size_t i : candidates) {
    const auto& fact = state.facts.tasks[i];
    if (state.is_protected(fact)) continue;
    positions.push_back(i);
    placement::StoppableTask task;
    task.id = fact.id;
    task.instance = fact.instance;
    task.zone = fact.zone;
    if (!strategies.empty() && state.facts.view_of) task.view = state.facts.view_of(fact.instance);
    const bool serves = state.healthy(fact) && !fact.host_silent && !fact.host_leaves;
    task.rank = serves ? 2 : fact.running ? 1 : 0;
    task.started_order = fact.created_at.ms;
    tasks.push_back(std::move(task));
  }
  Positions chosen;
  for (const std::size_t at : placement::choose_tasks_to_stop(tasks, count, strategies))
    chosen.push_back(positions[at]);
  return chosen;
}

void stop_all(PlanState& state, const Positions& tasks) {
  for (const std::size_t i : tasks)
    if (!state.is_protected(state.facts.tasks[i])) state.stop(i, state.scaling_reason());
}

// How many serving tasks of those to be replaced may go now. Replacements come first as long as there is hope
// for them.
std::int64_t stoppable(PlanState& state, const Groups& groups, std::int64_t desired,
                       const scheduling::DeploymentBounds& bounds) {
  const auto serving = groups.good_healthy + static_cast<std::int64_t>(groups.leaving.size());
  const auto good = static_cast<std::int64_t>(groups.good.size());
  const auto all = static_cast<std::int64_t>(state.facts.tasks.size());
  if (serving > desired) return serving - desired;
  const bool replacements_under_way = good > groups.good_healthy;
  const bool no_room = all >= bounds.tasks_max || state.facts.placement_blocked;
  if (!no_room || replacements_under_way || state.starts_paused()) return 0;
  return std::max<std::int64_t>(serving - bounds.healthy_min, 0);
}

void say_if_stuck(PlanState& state, const Groups& groups, std::int64_t desired,
                  const scheduling::DeploymentBounds& bounds) {
  const auto all = static_cast<std::int64_t>(state.facts.tasks.size());
  const bool all_healthy = groups.good_healthy == static_cast<std::int64_t>(groups.good.size());
  const bool stuck = !groups.leaving.empty() && static_cast<std::int64_t>(groups.good.size()) < desired &&
                     all >= bounds.tasks_max && groups.stopping == 0 && all_healthy &&
                     state.plan.stops.empty();
  if (stuck)
    state.event_at_most(
        state.service().unable_to_deploy_at, kUnableToStartEvery,
        "was unable to stop or start tasks during a deployment because of the service deployment "
        "configuration. Update the minimumHealthyPercent or maximumPercent value and try again.");
}

}  // namespace

void plan_replica(PlanState& state) {
  const std::int64_t desired = state.facts.service.desired_count;
  state.primary().desired_count = static_cast<std::int32_t>(desired);
  const auto bounds = scheduling::bounds_of(state.facts.service, desired, state.facts.compat);
  const Groups groups = group_tasks(state);
  const auto good = static_cast<std::int64_t>(groups.good.size());
  const auto all = static_cast<std::int64_t>(state.facts.tasks.size());

  if (good > desired) stop_all(state, choose(state, groups.good, good - desired));
  if (state.failed()) {
    // What the failed deployment was to replace stays, within what is wanted at all.
    const auto left = static_cast<std::int64_t>(groups.leaving.size() + groups.leaving_idle.size());
    const auto surplus = std::min(left, groups.good_healthy + left - desired);
    Positions old = groups.leaving;
    old.insert(old.end(), groups.leaving_idle.begin(), groups.leaving_idle.end());
    if (surplus > 0) stop_all(state, choose(state, old, surplus));
  } else {
    stop_all(state, groups.leaving_idle);
    const auto going = stoppable(state, groups, desired, bounds);
    if (going > 0) stop_all(state, choose(state, groups.leaving, going));
    const auto wanted = std::min(desired - good, bounds.tasks_max - all);
    if (wanted > 0 && !state.starts_paused()) {
      state.plan.starts = std::min(wanted, kStartsMax);
      state.plan.more_starts = wanted > kStartsMax;
    }
    say_if_stuck(state, groups, desired, bounds);
  }
  settle_deployments(state, desired);
}

}  // namespace berth::controllers::service
