#include "simulate/task_player.h"

#include <algorithm>
#include <optional>

#include "domain/agent_presence.h"
#include "domain/task_lifecycle.h"
#include "runtime/sync.h"
#include "scheduling/task_writes.h"

namespace berth::simulate {
namespace {

using domain::ContainerInstanceRecord;
using domain::ContainerStatus;
using domain::TaskRecord;
using domain::TaskStatus;
using model::ecs::HealthStatus;

/// How long the player sleeps when nothing is due; changes wake it.
constexpr Duration kIdle = std::chrono::hours(1);

bool awaits_health(const TaskRecord& task) {
  if (task.last_status != TaskStatus::running || task.health_status == HealthStatus::healthy) return false;
  return std::any_of(task.containers.begin(), task.containers.end(),
                     [](const auto& container) { return container.essential && container.has_health_check; });
}

// What the agent reports when the time has come.
domain::TaskEvent next_event(const TaskRecord& task, WallTime now) {
  if (task.desired_status == TaskStatus::running && awaits_health(task)) {
    domain::HealthReport health;
    for (const auto& container : task.containers)
      health.containers.emplace_back(container.name, HealthStatus::healthy);
    return health;
  }
  const bool stop = task.desired_status == TaskStatus::stopped;
  domain::AgentReport report;
  report.status = stop ? TaskStatus::stopped : TaskStatus::running;
  if (stop) report.execution_stopped_at = now;
  for (const auto& container : task.containers) {
    domain::ContainerReport one;
    one.name = container.name;
    one.status = stop ? ContainerStatus::stopped : ContainerStatus::running;
    if (stop) one.exit_code = 0;
    report.containers.push_back(std::move(one));
  }
  return report;
}

}  // namespace

void TaskPlayer::drop(const std::string& key) {
  const auto found = when_.find(key);
  if (found == when_.end()) return;
  due_.erase({found->second, key});
  when_.erase(found);
}

void TaskPlayer::set_due(const std::string& key, WallTime when) {
  drop(key);
  when_.emplace(key, when);
  due_.emplace(when, key);
}

void TaskPlayer::schedule(const store::View& view, const std::string& key, const TaskRecord& task) {
  const auto* host = view.find<ContainerInstanceRecord>(scheduling::instance_key_of(task));
  const bool still = task.last_status == TaskStatus::running && task.desired_status == TaskStatus::running &&
                     !awaits_health(task);
  if (task.last_status == TaskStatus::stopped || still || !host ||
      !domain::counts_as_connected(*host->record))
    return drop(key);
  const WallTime now = runtime_.clock().wall();
  WallTime when = now;
  if (task.desired_status == TaskStatus::stopped) {
    when = task.stopping_at.value_or(now) + times_.stop_delay(task);
  } else if (task.last_status == TaskStatus::running) {
    when = task.started_at.value_or(now) + kFirstHealth;
  } else {
    const auto known = starts_.find(key);
    const Duration delay = known != starts_.end() ? known->second : times_.start_delay(task);
    starts_.emplace(key, delay);
    when = task.created_at + delay;
  }
  set_due(key, std::max(when, now));
}

Async<void> TaskPlayer::read_all() {
  const auto view = co_await store_.read();
  view.walk<TaskRecord>("", [&](const store::Stored<TaskRecord>& stored) {
    schedule(view, stored.key, *stored.record);
    return true;
  });
}

void TaskPlayer::take_in(const std::vector<store::Change>& changes, const store::View& view) {
  for (const auto& change : changes) {
    if (change.kind == store::Kind::task) {
      const auto* stored = view.find<TaskRecord>(change.key);
      if (stored)
        schedule(view, change.key, *stored->record);
      else
        drop(change.key);
    } else if (change.kind == store::Kind::container_instance) {
      for (const auto& [sort, task] : view.group(store::kTasksByInstance, change.key))
        schedule(view, task->key, *task->record);
    }
  }
}

Async<void> TaskPlayer::play(std::string key) {
  std::optional<store::Transaction> transaction;
  {
    const auto view = co_await store_.read();
    const auto* stored = view.find<TaskRecord>(key);
    if (!stored) co_return;
    const WallTime now = runtime_.clock().wall();
    auto after = domain::apply_task_transition(*stored->record, next_event(*stored->record, now),
                                               domain::Writer::agent, now);
    if (!after || !*after) co_return;
    transaction.emplace(runtime_.ids().uuid(), domain::Writer::agent);
    scheduling::move_task(*transaction, *stored, **std::move(after));
  }
  const auto committed = co_await store_.commit(std::move(*transaction));
  // Somebody else changed the task at the same moment: the feed brings it back.
  static_cast<void>(committed);
}

Async<void> TaskPlayer::run() {
  const Executor executor = co_await current_executor();
  const auto watch = store_.watch(executor);
  co_await read_all();
  while (true) {
    const WallTime now = runtime_.clock().wall();
    if (!due_.empty() && due_.begin()->first <= now) {
      const std::string key = due_.begin()->second;
      drop(key);
      co_await play(key);
      continue;
    }
    const Duration pause = due_.empty() ? kIdle : due_.begin()->first - now;
    auto next = watch->next();
    const auto changes = co_await runtime::with_deadline(runtime_, pause, std::move(next));
    if (changes) {
      const auto view = co_await store_.read();
      take_in(*changes, view);
    } else if (changes.error().code == ErrorCode::too_large) {
      co_await read_all();
    }
  }
}

}  // namespace berth::simulate
