#include "services/berth/service_waits.h"

#include <fmt/format.h>

#include <functional>

namespace berth::services::control {
namespace {

using controllers::service::Health;
using controllers::service::TaskFact;
using domain::DeploymentState;
using model::ecs::DeploymentRolloutState;

bool is_healthy(const TaskFact& task) {
  return task.running && task.wanted && (task.health == Health::unchecked || task.health == Health::healthy);
}

std::string tasks_text(std::int64_t count) {
  return fmt::format("{} task{}", count, count == 1 ? "" : "s");
}

// A service in the making of its list.
struct Waits {
  const WaitInput& input;
  const DeploymentState* primary;
  std::vector<Wait> list;

  std::vector<std::string> ids(const std::function<bool(const TaskFact&)>& wanted,
                               std::int64_t& count) const {
    std::vector<std::string> found;
    for (const auto& task : input.facts.tasks) {
      if (!wanted(task)) continue;
      ++count;
      if (found.size() < kWaitTasksMax) found.push_back(task.id);
    }
    return found;
  }
  bool is_good(const TaskFact& task) const {
    return task.wanted && task.deployment_id == primary->id && !task.host_leaves;
  }
  bool is_daemon() const {
    return input.facts.service.scheduling_strategy == model::ecs::SchedulingStrategy::daemon;
  }
  std::int64_t desired() const {
    return is_daemon() ? static_cast<std::int64_t>(input.facts.hosts.size())
                       : input.facts.service.desired_count;
  }

  void add_failed();
  void add_missing();
  void add_pending();
  void add_unhealthy();
  void add_old();
  void add_stopping();
  void add_away();
  void add_settling();
};

void Waits::add_failed() {
  if (primary->rollout_state != DeploymentRolloutState::failed) return;
  list.push_back(
      {"failed",
       fmt::format("Deployment {} has failed ({}): it starts nothing until the service is updated.",
                   primary->id, primary->rollout_state_reason.value_or("no reason given")),
       {},
       {}});
}

// Why tasks of the PRIMARY deployment are not there yet.
void Waits::add_missing() {
  std::int64_t good = 0;
  ids([this](const TaskFact& task) { return is_good(task); }, good);
  const std::int64_t missing = desired() - good;
  if (missing <= 0 || primary->rollout_state == DeploymentRolloutState::failed) return;
  const auto& facts = input.facts;
  const auto all = static_cast<std::int64_t>(facts.tasks.size());
  if (primary->next_start_at && *primary->next_start_at > facts.now) {
    list.push_back(
        {"backoff",
         fmt::format("{} to be started, but {} failed in a row: the next attempt is at {}.",
                     tasks_text(missing), primary->failed_tasks, render_iso8601(*primary->next_start_at)),
         {},
         primary->next_start_at});
  } else if (!is_daemon() && all >= input.bounds.tasks_max) {
    list.push_back(
        {"maximum",
         fmt::format("{} to be started, but maximumPercent allows {} at a time and {} exist: waits for "
                     "one of them to stop.",
                     tasks_text(missing), tasks_text(input.bounds.tasks_max), all),
         {},
         {}});
  } else if (!input.placement_problem.empty()) {
    list.push_back({"placement",
                    fmt::format("{} to be started, but no container instance can take one. {}",
                                tasks_text(missing), input.placement_problem),
                    {},
                    {}});
  } else {
    list.push_back({"start",
                    fmt::format("{} to be started: the scheduler does that next.", tasks_text(missing)),
                    {},
                    {}});
  }
}

void Waits::add_pending() {
  std::int64_t count = 0;
  auto tasks = ids([](const TaskFact& task) { return task.wanted && !task.running; }, count);
  if (count > 0)
    list.push_back(
        {"pending",
         fmt::format("{} not running yet.", count == 1 ? "1 task is" : fmt::format("{} tasks are", count)),
         std::move(tasks),
         {}});
}

void Waits::add_unhealthy() {
  std::int64_t count = 0;
  auto tasks =
      ids([](const TaskFact& task) { return task.wanted && task.running && !is_healthy(task); }, count);
  if (count > 0)
    list.push_back({"health",
                    fmt::format("{} but not healthy by the health check of the container.",
                                count == 1 ? "1 task runs" : fmt::format("{} tasks run", count)),
                    std::move(tasks),
                    {}});
}

// Tasks that are to be replaced and still serve.
void Waits::add_old() {
  std::int64_t count = 0;
  auto tasks = ids([this](const TaskFact& task) { return task.wanted && !is_good(task); }, count);
  if (count == 0 || is_daemon()) return;
  const auto healthy = count_tasks(input.facts, "").healthy;
  list.push_back(
      {"minimum",
       fmt::format("{} of an older deployment or on an instance that is being drained: stopped as "
                   "replacements become healthy; {} healthy now, minimumHealthyPercent asks for {}.",
                   count == 1 ? "1 task is" : fmt::format("{} tasks are", count), healthy,
                   input.bounds.healthy_min),
       std::move(tasks),
       {}});
}

void Waits::add_stopping() {
  std::int64_t count = 0;
  auto tasks = ids([](const TaskFact& task) { return !task.wanted; }, count);
  if (count > 0)
    list.push_back({"stopping",
                    fmt::format("{} been told to stop and {} not stopped yet.",
                                count == 1 ? "1 task has" : fmt::format("{} tasks have", count),
                                count == 1 ? "has" : "have"),
                    std::move(tasks),
                    {}});
}

void Waits::add_away() {
  std::int64_t count = 0;
  auto tasks = ids([](const TaskFact& task) { return task.host_silent; }, count);
  if (count > 0)
    list.push_back(
        {"away",
         fmt::format("{} on a container instance whose agent is not connected: nothing is heard of "
                     "{} before it is back, and {} replaced after --instance-grace.",
                     count == 1 ? "1 task is" : fmt::format("{} tasks are", count),
                     count == 1 ? "it" : "them", count == 1 ? "it is" : "they are"),
         std::move(tasks),
         {}});
}

// All is there, and only has to prove itself.
void Waits::add_settling() {
  if (!list.empty() || input.facts.service.steady_since) return;
  list.push_back({"settling",
                  "Everything runs; it counts as steady when it has run for a moment.",
                  {},
                  input.plan.look_again});
}

}  // namespace

TaskCounts count_tasks(const controllers::service::Facts& facts, const std::string& deployment_id) {
  TaskCounts counts;
  for (const auto& task : facts.tasks) {
    if (!deployment_id.empty() && task.deployment_id != deployment_id) continue;
    if (!task.wanted)
      ++counts.stopping;
    else if (task.running)
      ++counts.running;
    else
      ++counts.pending;
    if (is_healthy(task)) ++counts.healthy;
  }
  return counts;
}

std::vector<Wait> waits_of(const WaitInput& input) {
  const auto& service = input.facts.service;
  Waits waits{input, scheduling::primary_of(service), {}};
  if (!waits.primary || service.status == domain::ServiceStatus::inactive) return {};
  if (service.status == domain::ServiceStatus::active) {
    waits.add_failed();
    waits.add_missing();
    waits.add_pending();
    waits.add_unhealthy();
    waits.add_old();
  }
  waits.add_stopping();
  waits.add_away();
  if (service.status == domain::ServiceStatus::active) waits.add_settling();
  return std::move(waits.list);
}

}  // namespace berth::services::control
