#include "simulate/recorder.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/agent_presence.h"
#include "scheduling/service_rules.h"
#include "scheduling/task_writes.h"

namespace berth::simulate {
namespace {

using domain::ContainerInstanceRecord;
using domain::ServiceRecord;
using domain::TaskRecord;
using domain::TaskStatus;
using model::ecs::HealthStatus;

bool below(const std::string& key, const std::string& cluster_key) {
  return key.size() > cluster_key.size() && key.starts_with(cluster_key) && key[cluster_key.size()] == '/';
}

bool is_healthy(const TaskRecord& task) {
  const bool checked = std::any_of(task.containers.begin(), task.containers.end(), [](const auto& container) {
    return container.essential && container.has_health_check;
  });
  return !checked || task.health_status == HealthStatus::healthy;
}

// Another failure on the way to the circuit breaker: the end is not reached.
bool nears_the_breaker(const ServiceRecord& before, const ServiceRecord& after) {
  if (!scheduling::breaker_enabled(after) || before.deployments.empty() || after.deployments.empty())
    return false;
  const auto& now = after.deployments[0];
  return now.rollout_state == model::ecs::DeploymentRolloutState::in_progress &&
         now.failed_tasks != before.deployments[0].failed_tasks;
}

// Whether a change of a service is more than another event.
bool matters(const ServiceRecord& before, const ServiceRecord& after) {
  return before.status != after.status || before.desired_count != after.desired_count ||
         before.steady_since.has_value() != after.steady_since.has_value() ||
         before.deployments.size() != after.deployments.size() || nears_the_breaker(before, after) ||
         (!after.deployments.empty() && !before.deployments.empty() &&
          (before.deployments[0].id != after.deployments[0].id ||
           before.deployments[0].rollout_state != after.deployments[0].rollout_state));
}

}  // namespace

Recorder::Recorder(store::Store& store, runtime::Runtime& runtime, std::string cluster_key)
    : store_(store),
      runtime_(runtime),
      cluster_key_(std::move(cluster_key)),
      started_(runtime.clock().monotonic()) {}

bool Recorder::serves(const TaskRecord& record, const std::string& instance_key) const {
  const auto host = connected_.find(instance_key);
  return record.last_status == TaskStatus::running && record.desired_status == TaskStatus::running &&
         host != connected_.end() && host->second && is_healthy(record);
}

void Recorder::begin(const store::View& view, Executor executor) {
  watch_ = store_.watch(std::move(executor));
  for (const auto& [sort, host] : view.group(store::kInstancesByCluster, cluster_key_))
    connected_[host->key] = domain::counts_as_connected(*host->record);
  for (const auto& [sort, service] : view.group(store::kServicesByCluster, cluster_key_))
    services_[service->record->name];
  for (const auto& [sort, stored] : view.group(store::kUnstoppedTasks, cluster_key_)) {
    const auto& record = *stored->record;
    Task task;
    task.service = record.service_name.value_or("");
    task.group = record.group;
    task.instance = record.instance_id;
    task.instance_key = scheduling::instance_key_of(record);
    task.task_definition = fmt::format("{}:{}", record.family, record.revision);
    task.ran_before = true;
    task.serving = serves(record, task.instance_key);
    if (task.serving && !task.service.empty()) ++services_[task.service].serving;
    records_[stored->key] = stored->record;
    tasks_.emplace(stored->key, std::move(task));
  }
  for (auto& [name, service] : services_) service.serving_before = service.lowest = service.serving;
}

void Recorder::set_serving(Task& task, bool serving) {
  if (task.serving == serving) return;
  task.serving = serving;
  if (task.service.empty()) return;
  auto& service = services_[task.service];
  service.serving += serving ? 1 : -1;
  if (service.serving < service.lowest) {
    service.lowest = service.serving;
    service.lowest_at = now();
  }
}

void Recorder::take_task(const store::Change& change) {
  const auto* after = change.after_as<TaskRecord>();
  if (!after) return;
  const auto* before = change.before_as<TaskRecord>();
  const bool moves = !before || before->last_status != after->last_status ||
                     before->desired_status != after->desired_status ||
                     before->health_status != after->health_status;
  if (!moves) return;
  last_change_ = now();
  auto& task = tasks_[change.key];
  if (!before) {
    task.service = after->service_name.value_or("");
    task.group = after->group;
    task.instance = after->instance_id;
    task.instance_key = scheduling::instance_key_of(*after);
    task.task_definition = fmt::format("{}:{}", after->family, after->revision);
    task.placed = now();
  }
  if (task.order == 0) task.order = ++order_;
  if (after->last_status == TaskStatus::running && !task.ran_before && !task.running) task.running = now();
  if (after->desired_status == TaskStatus::stopped && !task.stopping) {
    task.stopping = now();
    task.reason = after->stopped_reason.value_or("");
  }
  if (after->last_status == TaskStatus::stopped) task.stopped = now();
  if (after->last_status == TaskStatus::stopped)
    records_.erase(change.key);
  else
    records_[change.key] = change.after;
  set_serving(task, serves(*after, task.instance_key));
  if (!task.service.empty()) services_[task.service].touched = true;
}

void Recorder::take_instance(const store::Change& change) {
  const auto* after = change.after_as<ContainerInstanceRecord>();
  const bool connected = after && domain::counts_as_connected(*after);
  const auto known = connected_.find(change.key);
  const auto* before = change.before_as<ContainerInstanceRecord>();
  if (!before || !after || before->status != after->status) last_change_ = now();
  if (known != connected_.end() && known->second == connected) return;
  connected_[change.key] = connected;
  last_change_ = now();
  for (auto& [key, record] : records_) {
    auto& task = tasks_[key];
    if (task.instance_key == change.key)
      set_serving(task, serves(*static_cast<const TaskRecord*>(record.get()), task.instance_key));
  }
}

void Recorder::take_service(const store::Change& change) {
  const auto* after = change.after_as<ServiceRecord>();
  const auto* before = change.before_as<ServiceRecord>();
  if (!after) return;
  if (!before || matters(*before, *after)) last_change_ = now();
  const auto older = before && before->events ? before->events->size() : 0;
  if (!after->events) return;
  // Newest first; those that were there before are the tail.
  std::vector<std::string> fresh;
  for (const auto& event : *after->events) {
    if (older > 0 && event.id == before->events->front().id) break;
    fresh.push_back(event.message.value_or(""));
  }
  for (auto at = fresh.rbegin(); at != fresh.rend(); ++at) events_.emplace_back(now(), *at);
}

Async<void> Recorder::run() {
  while (true) {
    const auto changes = co_await watch_->next();
    check(changes.ok(), "the feed of a simulation must not be cut");
    for (const auto& change : *changes) {
      if (!below(change.key, cluster_key_)) continue;
      if (change.kind == store::Kind::task) take_task(change);
      if (change.kind == store::Kind::container_instance) take_instance(change);
      if (change.kind == store::Kind::service) take_service(change);
    }
  }
}

std::vector<Move> Recorder::moves() const {
  struct Two {
    std::vector<const Task*> starts, stops;
    std::vector<std::string> stop_ids;
  };
  std::vector<std::pair<const std::string*, const Task*>> touched;
  for (const auto& [key, task] : tasks_)
    if (task.order > 0) touched.emplace_back(&key, &task);
  std::sort(touched.begin(), touched.end(),
            [](const auto& a, const auto& b) { return a.second->order < b.second->order; });
  std::map<std::string, Two> by_service;
  for (const auto& [key, task] : touched) {
    auto& two = by_service[task->service.empty() ? *key : task->service];
    if (task->placed) two.starts.push_back(task);
    if (task->stopping && !task->placed) {
      two.stops.push_back(task);
      two.stop_ids.push_back(key->substr(key->rfind('/') + 1));
    }
  }
  std::vector<Move> moves;
  for (const auto& [name, two] : by_service) {
    for (std::size_t i = 0; i < std::max(two.starts.size(), two.stops.size()); ++i) {
      Move move;
      const Task* start = i < two.starts.size() ? two.starts[i] : nullptr;
      const Task* stop = i < two.stops.size() ? two.stops[i] : nullptr;
      const Task& any = start ? *start : *stop;
      move.service = any.service;
      move.group = any.group;
      move.task_definition = any.task_definition;
      if (start) {
        move.to = start->instance;
        move.placed = start->placed;
        move.running = start->running;
      }
      if (stop) {
        move.old_task = two.stop_ids[i];
        move.from = stop->instance;
        move.stopping = stop->stopping;
        move.stopped = stop->stopped;
        move.reason = stop->reason;
      }
      moves.push_back(std::move(move));
    }
  }
  std::stable_sort(moves.begin(), moves.end(), [](const Move& a, const Move& b) {
    const auto first = [](const Move& move) {
      return std::min(move.placed.value_or(Duration::max()), move.stopping.value_or(Duration::max()));
    };
    return first(a) < first(b);
  });
  return moves;
}

}  // namespace berth::simulate
