#include <algorithm>
#include <map>

#include "controllers/service/plan_state.h"

namespace berth::controllers::service {
namespace {

/// How often to look whether everything else has left a DRAINING instance.
constexpr Duration kDrainingLook = std::chrono::seconds(5);

using ByHost = std::map<std::string, std::vector<std::size_t>>;

ByHost by_host(const Facts& facts) {
  ByHost hosts;
  for (std::size_t i = 0; i < facts.tasks.size(); ++i) hosts[facts.tasks[i].instance].push_back(i);
  return hosts;
}

// A silent instance that lost its task is not waited for: nothing could be started there, and deployments
// would never end. It counts again as soon as its agent is back.
std::int64_t wanted_hosts(const Facts& facts, const ByHost& tasks) {
  return std::count_if(facts.hosts.begin(), facts.hosts.end(),
                       [&](const HostFact& host) { return !host.silent || tasks.contains(host.instance); });
}

// Tasks where none should be. On a DRAINING instance daemons are the last to go.
void stop_strays(PlanState& state, const ByHost& tasks) {
  for (const auto& [host, positions] : tasks) {
    const bool should_run = std::any_of(state.facts.hosts.begin(), state.facts.hosts.end(),
                                        [&](const HostFact& fact) { return fact.instance == host; });
    if (should_run) continue;
    for (const std::size_t i : positions) {
      const auto& task = state.facts.tasks[i];
      if (task.host_leaves && task.host_has_others)
        state.look_again(state.facts.now + kDrainingLook);
      else
        state.stop(i, state.scaling_reason());
    }
  }
}

// More than one task of the PRIMARY deployment on an instance: the oldest stays.
void stop_doubles(PlanState& state, const std::vector<std::size_t>& positions) {
  std::optional<std::size_t> kept;
  for (const std::size_t i : positions) {
    if (state.stopping[i] || !state.is_primary(state.facts.tasks[i])) continue;
    if (!kept) {
      kept = i;
    } else if (state.facts.tasks[i].created_at < state.facts.tasks[*kept].created_at) {
      state.stop(*kept, state.scaling_reason());
      kept = i;
    } else {
      state.stop(i, state.scaling_reason());
    }
  }
}

}  // namespace

void plan_daemon(PlanState& state) {
  const Facts& facts = state.facts;
  const ByHost tasks = by_host(facts);
  const std::int64_t desired = wanted_hosts(facts, tasks);
  state.service().desired_count = static_cast<std::int32_t>(desired);
  state.primary().desired_count = static_cast<std::int32_t>(desired);
  const auto bounds = scheduling::bounds_of(facts.service, desired, facts.compat);
  stop_strays(state, tasks);
  std::int64_t serving = 0;
  for (std::size_t i = 0; i < facts.tasks.size(); ++i)
    if (!state.stopping[i] && state.healthy(facts.tasks[i])) ++serving;
  for (const auto& host : facts.hosts) {
    const auto found = tasks.find(host.instance);
    if (found == tasks.end()) {
      if (host.silent || state.failed() || state.starts_paused()) continue;
      if (static_cast<std::int64_t>(state.plan.start_hosts.size()) == kStartsMax) {
        state.plan.more_starts = true;
        break;
      }
      state.plan.start_hosts.push_back(host.instance);
      continue;
    }
    stop_doubles(state, found->second);
    for (const std::size_t i : found->second) {
      if (state.stopping[i] || state.is_primary(facts.tasks[i]) || state.failed()) continue;
      if (state.is_protected(facts.tasks[i])) continue;
      const bool serves = state.healthy(facts.tasks[i]);
      if (serves && serving <= bounds.healthy_min) continue;
      state.stop(i, state.scaling_reason());
      if (serves && state.stopping[i]) --serving;
    }
  }
  state.plan.starts = static_cast<std::int64_t>(state.plan.start_hosts.size());
  settle_deployments(state, desired);
}

}  // namespace berth::controllers::service
