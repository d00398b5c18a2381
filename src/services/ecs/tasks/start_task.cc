#include <fmt/format.h>

#include <set>

#include "placement/explain.h"
#include "placement/predicates.h"
#include "scheduling/store_snapshot.h"
#include "scheduling/task_writes.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/operations.h"
#include "services/ecs/tasks/render_task.h"
#include "services/ecs/tasks/run_task_request.h"

namespace berth::services::ecs {
namespace {

using model::ecs::StartTaskRequest;
using model::ecs::StartTaskResponse;

// Why the named instance cannot take the task; nothing when it can. `planned`: tasks of this call already
// meant for it.
std::optional<model::ecs::Failure> obstacle(const store::View& view,
                                            const store::Stored<domain::ContainerInstanceRecord>& instance,
                                            const placement::PlacementRequest& wanted, std::int64_t planned) {
  if (instance.record->status == domain::InstanceStatus::inactive)
    return failure(instance.record->arn, "INACTIVE");
  const auto* allocation = view.find<domain::InstanceAllocation>(instance.key);
  placement::VectorSnapshot snapshot;
  const auto index = snapshot.add(
      scheduling::instance_view(*instance.record, allocation ? allocation->record.get() : nullptr));
  const auto reasons = placement::check_instance(snapshot, index, wanted, planned);
  if (reasons.empty()) return std::nullopt;
  auto failed = placement::failure_of(instance.record->arn, reasons);
  return failure(std::move(failed.arn), std::move(failed.reason), std::move(failed.detail));
}

Decision<StartTaskResponse> decide(const Call& call, const store::View& view, const StartTaskRequest& request,
                                   const StartRequest& start) {
  auto input = prepare_start(call, view, start);
  if (!input) return input.take_error();
  auto cluster =
      find_active_cluster_of(call, view, request.cluster, "container-instance", request.container_instances);
  if (!cluster) return cluster.take_error();
  const domain::TaskPlan plan = plan_of(*input, start);
  auto wanted = scheduling::placement_request(plan, {}, {}, call.deps.limits);
  if (!wanted) return model::ecs::invalid_parameter_exception(wanted.error().message);

  StartTaskResponse response;
  response.tasks.emplace();
  response.failures.emplace();
  auto transaction = new_transaction(call);
  transaction.expect(*input->definition);
  std::multiset<std::string> planned;
  for (const auto& name : request.container_instances) {
    const auto* instance = find_instance(call, view, *input->cluster, name);
    if (!instance) {
      response.failures->push_back(
          failure(missing_arn(call, input->cluster->name, "container-instance", name), "MISSING"));
      continue;
    }
    const auto before = static_cast<std::int64_t>(planned.count(instance->key));
    if (auto failed = obstacle(view, *instance, *wanted, before)) {
      response.failures->push_back(*std::move(failed));
      continue;
    }
    planned.insert(instance->key);
    auto task = domain::build_task(
        plan, *instance->record, [&] { return call.new_hex(); }, call.now);
    response.tasks->push_back(render_task(task, WithTags::yes));
    scheduling::add_task(transaction, std::move(task));
  }
  if (wanted->budget->exceeded())
    return model::ecs::invalid_parameter_exception(std::string(placement::kQueryTooCostly));
  if (response.tasks->empty()) return response;
  return {std::move(response), std::move(transaction)};
}

}  // namespace

Decision<StartTaskResponse> start_task(const Call& call, const store::View& view,
                                       const StartTaskRequest& request) {
  const auto instances_max = static_cast<std::size_t>(call.deps.limits.instances_per_start_task);
  if (request.container_instances.empty())
    return model::ecs::invalid_parameter_exception("Container instances cannot be empty.");
  if (request.container_instances.size() > instances_max)
    return model::ecs::invalid_parameter_exception(
        fmt::format("containerInstances may name at most {} container instances, not {}.", instances_max,
                    request.container_instances.size()));
  const StartRequest start = start_request(request);
  return decide(call, view, request, start);
}

}  // namespace berth::services::ecs
