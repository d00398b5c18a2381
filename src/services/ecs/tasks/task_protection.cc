#include <fmt/format.h>

#include "domain/arns.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/core/render.h"
#include "services/ecs/operations.h"

// GetTaskProtection, UpdateTaskProtection: while a task of a service is protected, neither scale-in nor a
// deployment stops it (the service scheduler asks for `protectedUntil`). StopTask, a failed health check and
// an instance that goes do.
namespace berth::services::ecs {
namespace {

using domain::TaskRecord;
using domain::TaskStatus;
using model::ecs::GetTaskProtectionRequest;
using model::ecs::GetTaskProtectionResponse;
using model::ecs::ProtectedTask;
using model::ecs::UpdateTaskProtectionRequest;
using model::ecs::UpdateTaskProtectionResponse;

// API reference: UpdateTaskProtection, GetTaskProtection.
constexpr std::size_t kUpdateMax = 10;
constexpr std::size_t kGetMax = 100;
constexpr std::int32_t kMinutesDefault = 120;
constexpr std::int32_t kMinutesMax = 2'880;

std::optional<wire::ApiError> check_count(std::size_t count, std::size_t max) {
  if (count == 0) return model::ecs::invalid_parameter_exception("Tasks cannot be empty.");
  if (count > max)
    return model::ecs::invalid_parameter_exception(
        fmt::format("tasks may name at most {} tasks, not {}.", max, count));
  return std::nullopt;
}

ProtectedTask render_protection(const TaskRecord& task, WallTime now) {
  ProtectedTask shown;
  shown.task_arn = task.arn;
  shown.protection_enabled = task.protected_until && *task.protected_until > now;
  if (*shown.protection_enabled) shown.expiration_date = task.protected_until;
  return shown;
}

// Only a task of a service that is to go on can be protected.
bool is_valid(const TaskRecord& task) {
  return task.service_name && task.desired_status == TaskStatus::running &&
         task.last_status != TaskStatus::stopped;
}

// Expectation: each task is as it was seen, so that one that is being stopped is not called protected.
Decision<UpdateTaskProtectionResponse> decide(const Call& call, const store::View& view,
                                              const UpdateTaskProtectionRequest& request) {
  auto cluster = find_active_cluster_of(call, view, request.cluster, "task", request.tasks);
  if (!cluster) return cluster.take_error();
  UpdateTaskProtectionResponse response;
  response.protected_tasks.emplace();
  response.failures.emplace();
  auto transaction = new_transaction(call);
  std::optional<WallTime> until;
  if (request.protection_enabled)
    until = call.now + std::chrono::minutes(request.expires_in_minutes.value_or(kMinutesDefault));
  for (const auto& name : request.tasks) {
    const auto* found = find_task(call, view, **cluster, name);
    if (!found) {
      response.failures->push_back(failure(missing_arn(call, (*cluster)->name, "task", name), "MISSING"));
      continue;
    }
    if (!is_valid(*found->record)) {
      response.failures->push_back(
          failure(found->record->arn, "TASK_NOT_VALID", "The task is not a running task of a service."));
      continue;
    }
    TaskRecord record = *found->record;
    record.protected_until = until;
    response.protected_tasks->push_back(render_protection(record, call.now));
    if (record == *found->record) continue;
    transaction.expect(*found);
    transaction.put(std::move(record));
  }
  if (transaction.write_count() == 0) return response;
  return {std::move(response), std::move(transaction)};
}

}  // namespace

Decision<UpdateTaskProtectionResponse> update_task_protection(const Call& call, const store::View& view,
                                                              const UpdateTaskProtectionRequest& request) {
  if (auto error = check_count(request.tasks.size(), kUpdateMax)) return *std::move(error);
  const auto minutes = request.expires_in_minutes.value_or(kMinutesDefault);
  if (request.protection_enabled && (minutes < 1 || minutes > kMinutesMax))
    return model::ecs::invalid_parameter_exception(
        fmt::format("expiresInMinutes must be between 1 and {}, not {}.", kMinutesMax, minutes));
  return decide(call, view, request);
}

Decision<GetTaskProtectionResponse> get_task_protection(const Call& call, const store::View& view,
                                                        const GetTaskProtectionRequest& request) {
  const auto names = request.tasks.value_or(std::vector<std::string>());
  if (auto error = check_count(names.size(), kGetMax)) return *std::move(error);
  GetTaskProtectionResponse response;
  response.protected_tasks.emplace();
  response.failures.emplace();
  auto cluster = find_active_cluster_of(call, view, request.cluster, "task", names);
  if (!cluster) return cluster.take_error();
  for (const auto& name : names) {
    const auto* found = find_task(call, view, **cluster, name);
    if (!found)
      response.failures->push_back(failure(missing_arn(call, (*cluster)->name, "task", name), "MISSING"));
    else if (!is_valid(*found->record))
      response.failures->push_back(
          failure(found->record->arn, "TASK_NOT_VALID", "The task is not a running task of a service."));
    else
      response.protected_tasks->push_back(render_protection(*found->record, call.now));
  }
  return response;
}

}  // namespace berth::services::ecs
