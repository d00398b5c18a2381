#include "scheduling/task_writes.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/operations.h"
#include "services/ecs/tasks/render_task.h"

namespace berth::services::ecs {
namespace {

using model::ecs::StopTaskRequest;
using model::ecs::StopTaskResponse;

constexpr std::size_t kReasonBytesMax = 1024;

}  // namespace

Decision<StopTaskResponse> stop_task(const Call& call, const store::View& view,
                                     const StopTaskRequest& request) {
  auto cluster = find_active_cluster_of(call, view, request.cluster, "task", request.task);
  if (!cluster) return cluster.take_error();
  const auto* task = find_task(call, view, **cluster, request.task);
  if (!task) return model::ecs::invalid_parameter_exception("The referenced task was not found.");
  std::string reason = request.reason.value_or("Task stopped by user");
  if (reason.size() > kReasonBytesMax)
    return model::ecs::invalid_parameter_exception("reason must not be longer than 1024 characters.");
  const domain::StopRequested stop{model::ecs::TaskStopCode::user_initiated, std::move(reason)};
  auto after = domain::apply_task_transition(*task->record, stop, domain::Writer::api, call.now);
  if (!after) return model::ecs::server_exception(after.error().message);
  StopTaskResponse response;
  // Stopping a task that stops already, or has stopped, is harmless.
  response.task = render_task(*after ? **after : *task->record, WithTags::yes);
  if (!*after) return response;
  auto transaction = new_transaction(call);
  scheduling::move_task(transaction, *task, **std::move(after));
  return {std::move(response), std::move(transaction)};
}

}  // namespace berth::services::ecs
