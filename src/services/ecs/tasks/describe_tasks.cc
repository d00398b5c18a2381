#include <fmt/format.h>

#include <algorithm>

#include "services/ecs/core/lookup.h"
#include "services/ecs/operations.h"
#include "services/ecs/tasks/render_task.h"

namespace berth::services::ecs {

Decision<model::ecs::DescribeTasksResponse> describe_tasks(const Call& call, const store::View& view,
                                                           const model::ecs::DescribeTasksRequest& request) {
  const auto tasks_max = static_cast<std::size_t>(call.deps.limits.describe_items);
  if (request.tasks.empty()) return model::ecs::invalid_parameter_exception("Tasks cannot be empty.");
  if (request.tasks.size() > tasks_max)
    return model::ecs::invalid_parameter_exception(
        fmt::format("tasks may name at most {} tasks, not {}.", tasks_max, request.tasks.size()));
  const bool with_tags = request.include && std::find(request.include->begin(), request.include->end(),
                                                      model::ecs::TaskField::tags) != request.include->end();
  model::ecs::DescribeTasksResponse response;
  response.tasks.emplace();
  response.failures.emplace();
  std::vector<store::Ptr<domain::TaskRecord>> found;
  {
    auto cluster = find_active_cluster_of(call, view, request.cluster, "task", request.tasks);
    if (!cluster) return cluster.take_error();
    for (const auto& name : request.tasks) {
      if (const auto* task = find_task(call, view, **cluster, name))
        found.push_back(task->record);
      else
        response.failures->push_back(failure(missing_arn(call, (*cluster)->name, "task", name), "MISSING"));
    }
  }
  for (const auto& task : found)
    response.tasks->push_back(render_task(*task, with_tags ? WithTags::yes : WithTags::no));
  return response;
}

}  // namespace berth::services::ecs
