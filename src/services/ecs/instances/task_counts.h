#pragma once
#include <cstdint>

#include "domain/records.h"

namespace berth::services::ecs {

/// Tasks as runningTasksCount and pendingTasksCount count them: by last status, whatever is wanted of them.
struct TaskCounts {
  std::int32_t running = 0;
  std::int32_t pending = 0;

  void add(const domain::TaskRecord& task) {
    switch (task.last_status) {
      case domain::TaskStatus::provisioning:
      case domain::TaskStatus::pending:
      case domain::TaskStatus::activating:
        ++pending;
        break;
      case domain::TaskStatus::running:
        ++running;
        break;
      default:
        break;
    }
  }
};

/// Of an index group of tasks, such as kUnstoppedTasks or kTasksByInstance.
template <class Group>
TaskCounts count_tasks(const Group& group) {
  TaskCounts counts;
  for (const auto& [sort, task] : group) counts.add(*task->record);
  return counts;
}

}  // namespace berth::services::ecs
