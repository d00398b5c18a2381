#include "sim/checkers/container_checker.h"

#include <fmt/format.h>

namespace berth::sim {

using domain::TaskStatus;

void ContainerChecker::started(const Container& container) {
  if (container.task_arn.empty()) return;
  ++started_ever_;
  const Key key{container.task_arn, container.name};
  const auto* task = ledger_.find_task(container.task_arn);
  if (!task) violations_.add("one-container", container.task_arn + " runs and was never durable");
  if (running_.contains(key))
    violations_.add("one-container", fmt::format("{} {} runs twice", container.task_arn, container.name));
  else if (ended_.contains(key))
    violations_.add("one-container",
                    fmt::format("{} {} runs again after it ended", container.task_arn, container.name));
  running_[key] = container.docker_id;
}

void ContainerChecker::ended(const Container& container, Why) {
  if (container.task_arn.empty()) return;
  const Key key{container.task_arn, container.name};
  ++ended_[key];
  running_.erase(key);
}

void ContainerChecker::stop_asked(const Container& container) {
  if (container.task_arn.empty()) return;
  const auto* task = ledger_.find_task(container.task_arn);
  if (!task || task->desired_status == TaskStatus::stopped) return;
  // An essential container of the task that ended takes the others with it.
  for (const auto& [key, count] : ended_)
    if (key.first == container.task_arn) return;
  // A start whose answer was lost counts as failed: what it may have started goes. Nobody was told that it
  // ran.
  if (task->containers.size() > 1 || task->last_status != TaskStatus::running) return;
  violations_.add("not-killed",
                  fmt::format("{} {} was stopped and nobody wanted that ({})", container.task_arn,
                              container.name, to_string(task->last_status)));
}

std::string ContainerChecker::unsettled() const {
  for (const auto& [key, id] : running_) {
    const auto* task = ledger_.find_task(key.first);
    if (!task) return key.first + " runs and nobody knows it";
    if (task->last_status != TaskStatus::running)
      return fmt::format("a container of {} runs, the task is {} (wanted {})", key.first,
                         to_string(task->last_status), to_string(task->desired_status));
  }
  for (const auto& [task_key, task] : ledger_.tasks()) {
    if (task->last_status != TaskStatus::running) continue;
    for (const auto& container : task->containers)
      if (!running_.contains({task->arn, container.name}) &&
          container.status == domain::ContainerStatus::running)
        return fmt::format("{} is RUNNING and its container {} is not", task->arn, container.name);
  }
  return {};
}

void ContainerChecker::check_settled() {
  const std::string why = unsettled();
  if (!why.empty()) violations_.add("settled", why);
}

}  // namespace berth::sim
