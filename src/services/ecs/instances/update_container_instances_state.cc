#include <fmt/format.h>

#include <set>

#include "services/ecs/core/lookup.h"
#include "services/ecs/instances/render_instance.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using domain::ContainerInstanceRecord;
using domain::InstanceStatus;
using model::ecs::UpdateContainerInstancesStateRequest;
using model::ecs::UpdateContainerInstancesStateResponse;

constexpr std::size_t kInstancesMax = 10;

Decision<UpdateContainerInstancesStateResponse> decide(const Call& call, const store::View& view,
                                                       const UpdateContainerInstancesStateRequest& request,
                                                       InstanceStatus status) {
  auto cluster =
      find_active_cluster_of(call, view, request.cluster, "container-instance", request.container_instances);
  if (!cluster) return cluster.take_error();
  UpdateContainerInstancesStateResponse response;
  response.container_instances.emplace();
  response.failures.emplace();
  auto transaction = new_transaction(call);
  std::set<std::string> seen;
  for (const auto& name : request.container_instances) {
    const auto* found = find_instance(call, view, **cluster, name);
    if (!found) {
      response.failures->push_back(
          failure(missing_arn(call, (*cluster)->name, "container-instance", name), "MISSING"));
      continue;
    }
    if (!seen.insert(found->key).second) continue;
    if (found->record->status == InstanceStatus::inactive) {
      response.failures->push_back(failure(found->record->arn, "INACTIVE"));
      continue;
    }
    ContainerInstanceRecord record = *found->record;
    if (record.status != status) {
      record.status = status;
      ++record.version;
      transaction.expect(*found);
      transaction.put(record);
    }
    response.container_instances->push_back(render_instance(
        view, {found->key, std::make_shared<const ContainerInstanceRecord>(std::move(record)), {}},
        WithTags::yes));
  }
  if (transaction.write_count() == 0) return response;
  return {std::move(response), std::move(transaction)};
}

}  // namespace

Decision<UpdateContainerInstancesStateResponse> update_container_instances_state(
    const Call& call, const store::View& view, const UpdateContainerInstancesStateRequest& request) {
  using model::ecs::ContainerInstanceStatus;
  if (request.status != ContainerInstanceStatus::active &&
      request.status != ContainerInstanceStatus::draining)
    return model::ecs::invalid_parameter_exception(fmt::format(
        "Container instance status should be one of [ACTIVE, DRAINING], not {}.", to_string(request.status)));
  if (request.container_instances.empty())
    return model::ecs::invalid_parameter_exception("Container instances cannot be empty.");
  if (request.container_instances.size() > kInstancesMax)
    return model::ecs::invalid_parameter_exception(
        fmt::format("containerInstances may name at most {} container instances, not {}.", kInstancesMax,
                    request.container_instances.size()));
  const auto status =
      request.status == ContainerInstanceStatus::active ? InstanceStatus::active : InstanceStatus::draining;
  return decide(call, view, request, status);
}

}  // namespace berth::services::ecs
