#include <fmt/format.h>

#include <algorithm>

#include "services/ecs/core/lookup.h"
#include "services/ecs/instances/render_instance.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using model::ecs::ContainerInstanceField;
using namespace std::chrono_literals;

// The guide (p.24): INACTIVE ones can be described for an hour. The reaper deletes them some time after that.
constexpr Duration kInactiveShown = 1h;

bool is_gone(const domain::ContainerInstanceRecord& record, WallTime now) {
  return record.status == domain::InstanceStatus::inactive && record.inactive_at &&
         now - *record.inactive_at > kInactiveShown;
}

bool includes(const std::optional<std::vector<ContainerInstanceField>>& include,
              ContainerInstanceField field) {
  return include && std::find(include->begin(), include->end(), field) != include->end();
}

// Berth hears of the agent's connection, not of its container runtime.
model::ecs::ContainerInstanceHealthStatus unknown_health() {
  model::ecs::ContainerInstanceHealthStatus health;
  health.overall_status = model::ecs::InstanceHealthCheckState::insufficient_data;
  health.details.emplace();
  return health;
}

}  // namespace

Decision<model::ecs::DescribeContainerInstancesResponse> describe_container_instances(
    const Call& call, const store::View& view, const model::ecs::DescribeContainerInstancesRequest& request) {
  const auto instances_max = static_cast<std::size_t>(call.deps.limits.describe_items);
  if (request.container_instances.empty())
    return model::ecs::client_exception("Container Instances cannot be empty.");
  if (request.container_instances.size() > instances_max)
    return model::ecs::invalid_parameter_exception(
        fmt::format("containerInstances may name at most {} container instances, not {}.", instances_max,
                    request.container_instances.size()));
  const auto tags = includes(request.include, ContainerInstanceField::tags) ? WithTags::yes : WithTags::no;
  const bool health = includes(request.include, ContainerInstanceField::container_instance_health);
  model::ecs::DescribeContainerInstancesResponse response;
  response.container_instances.emplace();
  response.failures.emplace();
  auto cluster =
      find_active_cluster_of(call, view, request.cluster, "container-instance", request.container_instances);
  if (!cluster) return cluster.take_error();
  for (const auto& name : request.container_instances) {
    const auto* found = find_instance(call, view, **cluster, name);
    if (!found || is_gone(*found->record, call.now)) {
      response.failures->push_back(
          failure(missing_arn(call, (*cluster)->name, "container-instance", name), "MISSING"));
      continue;
    }
    response.container_instances->push_back(render_instance(view, *found, tags));
    if (health) response.container_instances->back().health_status = unknown_health();
  }
  return response;
}

}  // namespace berth::services::ecs
