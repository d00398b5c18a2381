#include "agent/tasks/task_manager.h"
#include "base/log.h"

namespace berth::agent::tasks {

using engine::Status;

// An orphan is of a task that is not in the state: its file was damaged, or the agent's folder is gone. The
// label says that it is ours; other agents' containers, and those of other control planes, are not touched.
Async<void> TaskManager::stop_strays() {
  auto listed = co_await deps_.containers.list(std::string(engine::kLabelTaskArn));
  if (!listed.ok()) {
    spdlog::warn("agent: {}: {}", listed.error().name, listed.error().text);
    co_return;
  }
  std::set<std::string> names;
  for (const auto& [arn, task] : tasks_)
    for (const auto& container : task->state.containers) names.insert(container.docker_name);
  for (const auto& container : *listed) {
    const bool runs = container.phase == engine::ContainerPhase::running ||
                      container.phase == engine::ContainerPhase::paused ||
                      container.phase == engine::ContainerPhase::restarting;
    if (const auto known = by_docker_id_.find(container.id); known != by_docker_id_.end()) {
      const auto& [task_arn, index] = known->second;
      if (runs && find_managed(task_arn)->state.containers[index].known == Status::stopped)
        group_.spawn(observe(task_arn, index));
    } else if (is_ours(container) && !names.contains(container.name)) {
      // Each time that it runs: somebody may start it again while it waits to be removed.
      if (runs && orphans_ending_.insert(container.id).second)
        group_.spawn(stop_orphan(container.id, container.name));
      if (orphans_.insert(container.id).second) group_.spawn(remove_orphan(container.id));
    }
  }
}

bool TaskManager::is_ours(const engine::ContainerSummary& container) const {
  const auto label = container.labels.find(std::string(engine::kLabelInstance));
  return label != container.labels.end() && label->second == options_.mapping.container_instance_arn;
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
