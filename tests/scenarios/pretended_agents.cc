#include "pretended_agents.h"

#include "scheduling/task_writes.h"

namespace berth::scenarios {
namespace {

using namespace std::chrono_literals;
using domain::AgentReport;
using domain::ContainerStatus;
using domain::HealthReport;
using domain::TaskEvent;
using domain::TaskRecord;
using domain::TaskStatus;
using model::ecs::HealthStatus;

constexpr Duration kTick = 100ms;
constexpr std::size_t kEventsPerTransaction = 40;

std::string image_of(const TaskRecord& task) {
  return task.containers.front().image.value_or("");
}

AgentReport report(const TaskRecord& task, TaskStatus status, std::optional<int> exit_code,
                   std::string reason = {}) {
  AgentReport report;
  report.status = status;
  report.reason = std::move(reason);
  for (const auto& container : task.containers) {
    domain::ContainerReport one;
    one.name = container.name;
    one.status = status == TaskStatus::running ? ContainerStatus::running : ContainerStatus::stopped;
    one.exit_code = exit_code;
    report.containers.push_back(std::move(one));
  }
  return report;
}

HealthReport health(const TaskRecord& task, HealthStatus status) {
  HealthReport report;
  for (const auto& container : task.containers) report.containers.emplace_back(container.name, status);
  return report;
}

bool has_health_check(const TaskRecord& task) {
  for (const auto& container : task.containers)
    if (container.has_health_check) return true;
  return false;
}

}  // namespace

std::optional<TaskEvent> PretendedAgents::next_while_running(const std::string& key, const TaskRecord& task,
                                                             Seen& seen) {
  const MonotonicTime now = runtime_.clock().monotonic();
  const std::string image = image_of(task);
  const Duration up = now - seen.running.value_or(now);
  if (killed_.erase(key) > 0)
    return report(task, TaskStatus::stopped, 1, "Essential container in task exited");
  if (image == "crash" && up >= 2s)
    return report(task, TaskStatus::stopped, 1, "Essential container in task exited");
  if (image == "once" && up >= 5s)
    return report(task, TaskStatus::stopped, 0, "Essential container in task exited");
  if (!has_health_check(task) || seen.health_told) return std::nullopt;
  const Duration until = image == "sick" ? 5s : image == "warm" ? 10s : 0s;
  if (up < until) return std::nullopt;
  seen.health_told = true;
  return health(task, image == "sick" ? HealthStatus::unhealthy : HealthStatus::healthy);
}

std::optional<TaskEvent> PretendedAgents::next(const std::string& key, const TaskRecord& task) {
  const MonotonicTime now = runtime_.clock().monotonic();
  Seen& seen = seen_.try_emplace(key, Seen{now, {}, {}}).first->second;
  if (task.desired_status == TaskStatus::stopped) {
    if (!seen.stopping) seen.stopping = now;
    const bool stubborn = image_of(task) == "stubborn" && task.last_status == TaskStatus::running;
    if (now - *seen.stopping < (stubborn ? 30s : 1s)) return std::nullopt;
    return report(task, TaskStatus::stopped, stubborn ? 137 : 0);
  }
  if (task.last_status == TaskStatus::running) {
    if (!seen.running) seen.running = now;
    return next_while_running(key, task, seen);
  }
  if (now - seen.first < 1s) return std::nullopt;
  if (image_of(task) == "broken")
    return report(task, TaskStatus::stopped, std::nullopt,
                  "CannotPullContainerError: image library/broken:latest not found");
  return report(task, TaskStatus::running, std::nullopt);
}

Async<void> PretendedAgents::act() {
  store::Transaction transaction(runtime_.ids().uuid(), domain::Writer::agent);
  {
    const auto view = co_await store_.read();
    std::size_t count = 0;
    view.walk<TaskRecord>("", [&](const store::Stored<TaskRecord>& stored) {
      const TaskRecord& task = *stored.record;
      if (task.last_status == TaskStatus::stopped) return true;
      const auto* host = view.find<domain::ContainerInstanceRecord>(scheduling::instance_key_of(task));
      if (!host || !host->record->agent_connected) return true;
      const auto event = next(stored.key, task);
      if (!event) return true;
      auto after =
          domain::apply_task_transition(task, *event, domain::Writer::agent, runtime_.clock().wall());
      if (after && *after) scheduling::move_task(transaction, stored, **std::move(after));
      return ++count < kEventsPerTransaction;
    });
  }
  // A lost race comes again with the next tick.
  if (transaction.write_count() > 0) static_cast<void>(co_await store_.commit(std::move(transaction)));
}

Async<void> PretendedAgents::run() {
  while (true) {
    co_await act();
    co_await runtime_.sleep(kTick);
  }
}

}  // namespace berth::scenarios
