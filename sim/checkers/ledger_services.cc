// The rules of a Ledger about the tasks of services.
#include <fmt/format.h>

#include <algorithm>

#include "sim/checkers/ledger.h"

namespace berth::sim {
namespace {

using domain::ServiceRecord;
using domain::TaskRecord;
using domain::TaskStatus;

// A task that went by itself between the scheduler's look and its commit is no fault of the scheduler.
constexpr Duration kLossWindow = std::chrono::seconds(10);

bool serves(const TaskRecord& task) {
  return task.last_status == TaskStatus::running && task.desired_status == TaskStatus::running;
}

struct Bounds {
  std::int64_t healthy_min, tasks_max;
};

// As the API says: the minimum is rounded up, the maximum down; 100 and 200 unless given.
Bounds bounds_of(const ServiceRecord& service) {
  std::int64_t minimum = 100, maximum = 200;
  if (const auto& given = service.deployment_configuration) {
    minimum = given->minimum_healthy_percent.value_or(100);
    maximum = given->maximum_percent.value_or(200);
  }
  const auto share = [&](std::int64_t percent) { return service.desired_count * percent; };
  return {share(minimum) / 100 + (share(minimum) % 100 > 0 ? 1 : 0), share(maximum) / 100};
}

}  // namespace

void Ledger::note_service_task(const TaskRecord* before, const TaskRecord* after,
                               std::shared_ptr<const TaskRecord> task_before,
                               std::shared_ptr<const TaskRecord> task_after, Touched& touched) {
  const TaskRecord* any = after ? after : before;
  if (!any || !any->service_name) return;
  const std::string key = store::service_key({any->account, any->region}, any->cluster, *any->service_name);
  const std::string task_key = store::task_key({any->account, any->region}, any->cluster, any->id);
  if (live(after))
    by_service_[key].insert(task_key);
  else
    by_service_[key].erase(task_key);
  if (!before && after) {
    touched.started.push_back(std::move(task_after));
    touched.services.insert(key);
  }
  if (!before || !after || !serves(*before) || serves(*after)) return;
  const bool by_scheduler = after->stop_code == model::ecs::TaskStopCode::service_scheduler_initiated &&
                            before->desired_status != after->desired_status &&
                            after->last_status != TaskStatus::stopped;
  if (by_scheduler) {
    touched.stopped.push_back(std::move(task_before));
    touched.services.insert(key);
  } else {
    losses_[key].push_back(world_.now());
  }
}

void Ledger::check_daemon(const std::string& service_key, const ServiceRecord& service) {
  std::set<std::string> instances;
  for (const auto& key : by_service_[service_key]) {
    const TaskRecord& task = *tasks_.at(key);
    if (task.desired_status == TaskStatus::running && !instances.insert(task.instance_id).second)
      fail("daemon-once", fmt::format("{} has two tasks on {}", service.name, task.instance_id));
  }
}

void Ledger::check_bounds(const std::string& service_key, const Touched& touched) {
  const auto found = services_.find(service_key);
  if (found == services_.end()) return;
  const ServiceRecord& service = *found->second;
  if (service.status != domain::ServiceStatus::active) {
    const auto started = std::ranges::any_of(
        touched.started, [&](const auto& task) { return task->service_name == service.name; });
    if (started) fail("bounds-max", service.name + " is being deleted and starts tasks");
    return;
  }
  if (service.scheduling_strategy == model::ecs::SchedulingStrategy::daemon)
    return check_daemon(service_key, service);
  const Bounds bounds = bounds_of(service);
  const auto of_it = [&](const auto& task) { return task->service_name == service.name; };
  const auto started = std::ranges::count_if(touched.started, of_it);
  const auto stopped = std::ranges::count_if(touched.stopped, of_it);
  const auto& keys = by_service_[service_key];
  if (started > 0 && static_cast<std::int64_t>(keys.size()) > bounds.tasks_max)
    fail("bounds-max", fmt::format("{}: {} tasks after a start, at most {} for a desired count of {}",
                                   service_key, keys.size(), bounds.tasks_max, service.desired_count));
  if (stopped == 0) return;
  std::int64_t serving = 0;
  for (const auto& key : keys) serving += serves(*tasks_.at(key)) ? 1 : 0;
  auto& losses = losses_[service_key];
  while (!losses.empty() && world_.now() - losses.front() > kLossWindow) losses.pop_front();
  const auto excused = static_cast<std::int64_t>(losses.size());
  if (serving + excused < std::min<std::int64_t>(bounds.healthy_min, service.desired_count))
    fail("bounds-min",
         fmt::format("{}: {} serving tasks left after the scheduler stopped {}, at least {} for a "
                     "desired count of {}",
                     service_key, serving, stopped, bounds.healthy_min, service.desired_count));
}

}  // namespace berth::sim
