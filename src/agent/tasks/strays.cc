#include <algorithm>

#include "agent/tasks/task_manager.h"
#include "base/log.h"

namespace berth::agent::tasks {

using engine::Status;

namespace {

bool runs(const engine::ContainerSummary& container) {
  return container.phase == engine::ContainerPhase::running ||
         container.phase == engine::ContainerPhase::paused ||
         container.phase == engine::ContainerPhase::restarting;
}

bool has_label(const engine::ContainerSummary& container, std::string_view name, const std::string& value) {
  const auto label = container.labels.find(std::string(name));
  return !value.empty() && label != container.labels.end() && label->second == value;
}

}  // namespace

// An orphan is of a task that is not in the state: its file was damaged, or the agent's folder is gone. The
// labels say that it is ours, or that it was when this host was another container instance; containers of
// other hosts, clusters and control planes are not touched.
Async<void> TaskManager::stop_strays() {
  auto listed = co_await deps_.containers.list(std::string(engine::kLabelTaskArn));
  if (!listed.ok()) {
    spdlog::warn("agent: {}: {}", listed.error().name, listed.error().text);
    co_return;
  }
  std::set<std::string> names;
  for (const auto& [arn, task] : tasks_)
    for (const auto& container : task->state.containers) names.insert(container.docker_name);
  std::vector<engine::ContainerSummary> earlier;
  std::vector<std::pair<std::string, std::size_t>> returned;
  for (const auto& container : *listed) {
    if (const auto known = by_docker_id_.find(container.id); known != by_docker_id_.end()) {
      const auto& [task_arn, index] = known->second;
      if (runs(container) && find_managed(task_arn)->state.containers[index].known == Status::stopped)
        returned.push_back(known->second);
    } else if (names.contains(container.name)) {
      continue;
    } else if (is_ours(container) || orphans_.contains(container.id)) {
      take_orphan(container);
    } else if (was_ours(container)) {
      earlier.push_back(container);
    }
  }
  for (auto& [task_arn, index] : returned) co_await observe(std::move(task_arn), index);
  if (!earlier.empty()) co_await stop_earlier(std::move(earlier));
}

bool TaskManager::is_ours(const engine::ContainerSummary& container) const {
  return has_label(container, engine::kLabelInstance, options_.mapping.container_instance_arn);
}

bool TaskManager::was_ours(const engine::ContainerSummary& container) const {
  return deps_.find_wanted && has_label(container, engine::kLabelHost, options_.mapping.host);
}

// A second agent may live on this host, as a container instance of its own: its tasks are wanted.
Async<void> TaskManager::stop_earlier(std::vector<engine::ContainerSummary> containers) {
  std::set<std::string> tasks;
  for (const auto& container : containers)
    tasks.insert(container.labels.at(std::string(engine::kLabelTaskArn)));
  std::vector<std::string> arns(tasks.begin(), tasks.end());
  const auto wanted = co_await deps_.find_wanted(std::move(arns));
  if (!wanted) {
    spdlog::warn("agent: containers of earlier registrations of this host are left alone for now: {}",
                 wanted.error().message);
    co_return;
  }
  for (const auto& container : containers) {
    const bool over = !wanted->contains(container.labels.at(std::string(engine::kLabelTaskArn)));
    if (over && !by_docker_id_.contains(container.id)) take_orphan(container);
  }
}

void TaskManager::take_orphan(const engine::ContainerSummary& container) {
  // Each time that it runs: somebody may start it again while it waits to be removed.
  if (runs(container) && orphans_ending_.insert(container.id).second)
    group_.spawn(stop_orphan(container.id, container.name));
  if (orphans_.insert(container.id).second) group_.spawn(remove_orphan(container.id));
}

bool TaskManager::strays_are_ending() const {
  return !orphans_ending_.empty() || std::ranges::any_of(tasks_, [](const auto& entry) {
    return std::ranges::any_of(entry.second->state.containers,
                               [](const auto& container) { return container.returned; });
  });
}

Async<bool> TaskManager::end_strays() {
  co_await stop_strays();
  const bool found = strays_are_ending();
  const MonotonicTime until =
      deps_.runtime.clock().monotonic() + options_.engine.stop_timeout + kStraysPatience;
  while (strays_are_ending() && deps_.runtime.clock().monotonic() < until)
    co_await deps_.runtime.sleep(kStraysLook);
  co_return found && !strays_are_ending();
}

Async<void> TaskManager::stop_orphan(std::string id, std::string name) {
  spdlog::warn("agent: container {} is of a task that this agent does not know, and is stopped", name);
  auto stopped = co_await deps_.containers.stop(id, options_.engine.stop_timeout);
  // The next look tries again.
  if (!stopped.ok()) spdlog::error("agent: {}: {}", stopped.error().name, stopped.error().text);
  orphans_ending_.erase(id);
  resumed_.notify();
}

Async<void> TaskManager::remove_orphan(std::string id) {
  co_await deps_.runtime.sleep(options_.engine.cleanup_wait);
  if (!orphans_.contains(id)) co_return;
  auto removed = co_await deps_.containers.remove(id, engine::ContainerRuntime::Force::yes);
  if (removed.ok()) co_return;
  spdlog::warn("agent: {}: {}", removed.error().name, removed.error().text);
  orphans_.erase(id);
}

}  // namespace berth::agent::tasks
