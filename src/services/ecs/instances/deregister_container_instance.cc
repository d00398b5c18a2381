#include <fmt/format.h>

#include "scheduling/task_writes.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/instances/render_instance.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using domain::ContainerInstanceRecord;
using model::ecs::DeregisterContainerInstanceRequest;
using model::ecs::DeregisterContainerInstanceResponse;
using Answer = Decision<DeregisterContainerInstanceResponse>;

// Two writes a task (its record and the release of its claim) and one for the instance fit into a
// transaction.
constexpr std::size_t kTasksPerTransaction = 45;
// More than any instance can hold: each task has at least one container of its own.
constexpr int kTransactionsMax = 1000;

// Adds up to kTasksPerTransaction tasks of the instance, STOPPED. Their containers run on: the agent is not
// told.
std::optional<wire::ApiError> orphan_tasks(const Call& call, const store::View& view,
                                           const std::string& instance_key, const std::string& reason,
                                           store::Transaction& transaction) {
  std::size_t stopped = 0;
  for (const auto& [sort, task] : view.group(store::kTasksByInstance, instance_key)) {
    if (stopped++ == kTasksPerTransaction) break;
    const domain::InstanceGone gone{model::ecs::TaskStopCode::termination_notice, reason};
    auto after = domain::apply_task_transition(*task->record, gone, domain::Writer::api, call.now);
    if (!after) return model::ecs::server_exception(after.error().message);
    if (*after) scheduling::move_task(transaction, *task, **std::move(after));
  }
  return std::nullopt;
}

std::string orphan_reason(const ContainerInstanceRecord& record) {
  return fmt::format("Host EC2 (instance {}) deregistered by force.", record.ec2_instance_id);
}

DeregisterContainerInstanceResponse answer_with(const store::View& view, const std::string& key,
                                                const ContainerInstanceRecord& record) {
  DeregisterContainerInstanceResponse response;
  const store::Stored<ContainerInstanceRecord> stored{
      key, std::make_shared<const ContainerInstanceRecord>(record), {}};
  response.container_instance = render_instance(view, stored, WithTags::yes);
  if (record.status == domain::InstanceStatus::inactive) {
    response.container_instance->running_tasks_count = 0;
    response.container_instance->pending_tasks_count = 0;
  }
  return response;
}

Answer decide(const Call& call, const store::View& view, const DeregisterContainerInstanceRequest& request) {
  auto cluster =
      find_active_cluster_of(call, view, request.cluster, "container-instance", request.container_instance);
  if (!cluster) return cluster.take_error();
  const auto* found = find_instance(call, view, **cluster, request.container_instance);
  if (!found)
    return model::ecs::invalid_parameter_exception("The referenced container instance was not found.");
  const bool force = request.force.value_or(false);
  const bool was_active = found->record->status != domain::InstanceStatus::inactive;
  const auto tasks = view.group(store::kTasksByInstance, found->key);
  // Said again, it finishes what an earlier call began.
  if (!was_active && (tasks.empty() || !force)) return answer_with(view, found->key, *found->record);
  if (!force && !tasks.empty())
    return model::ecs::invalid_parameter_exception("Found running tasks on the instance.");
  ContainerInstanceRecord record = *found->record;
  auto transaction = new_transaction(call);
  if (was_active) {
    record.status = domain::InstanceStatus::inactive;
    record.inactive_at = call.now;
    record.agent_connected = false;
    ++record.version;
    transaction.expect(*found);
    transaction.put(record);
  }
  // Without force, a task that was placed meanwhile makes this lose the race. With force it may stay behind
  // for the next transaction: once INACTIVE, the instance gets no more.
  if (!force) transaction.expect_none(store::kTasksByInstance, found->key);
  if (force)
    if (auto error = orphan_tasks(call, view, found->key, orphan_reason(record), transaction))
      return *std::move(error);
  return {answer_with(view, found->key, record), std::move(transaction)};
}

// Whether the instance of an answer still holds tasks that a further transaction must orphan.
Async<bool> has_tasks_left(Exchange& exchange, const Call& call,
                           const DeregisterContainerInstanceRequest& request) {
  const auto view = co_await exchange.read();
  auto found = find_active_cluster(call, view, request.cluster);
  if (!found) co_return false;
  const auto* instance = find_instance(call, view, **found, request.container_instance);
  co_return instance && !view.group(store::kTasksByInstance, instance->key).empty();
}

}  // namespace

Async<ApiResult<DeregisterContainerInstanceResponse>> deregister_container_instance(
    Exchange& exchange, const Call& call, DeregisterContainerInstanceRequest request) {
  const auto decide_on = [&](const store::View& view) { return decide(call, view, request); };
  auto answer =
      co_await api::decide_and_commit<DeregisterContainerInstanceResponse>(exchange, words(), decide_on);
  for (int i = 0; answer && request.force.value_or(false) && i < kTransactionsMax; ++i) {
    const bool more = co_await has_tasks_left(exchange, call, request);
    if (!more) break;
    answer =
        co_await api::decide_and_commit<DeregisterContainerInstanceResponse>(exchange, words(), decide_on);
  }
  co_return answer;
}

}  // namespace berth::services::ecs
