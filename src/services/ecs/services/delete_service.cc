#include "scheduling/service_rules.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/operations.h"
#include "services/ecs/services/service_lookup.h"

namespace berth::services::ecs {
namespace {

using domain::ServiceRecord;
using domain::ServiceStatus;
using model::ecs::DeleteServiceRequest;
using model::ecs::DeleteServiceResponse;

}  // namespace

// Only says that it shall go: the service scheduler stops its tasks, and makes it INACTIVE when they are
// gone.
Decision<DeleteServiceResponse> delete_service(const Call& call, const store::View& view,
                                               const DeleteServiceRequest& request) {
  auto cluster = find_active_cluster_of(call, view, request.cluster, "service", request.service);
  if (!cluster) return cluster.take_error();
  const auto* found = find_service(call, view, **cluster, request.service);
  if (!found || found->record->status == ServiceStatus::inactive) return service_not_found();
  DeleteServiceResponse response;
  if (found->record->status == ServiceStatus::draining) {
    response.service = render_service(call, view, *found->record, ServiceTags::yes);
    return response;
  }
  const bool replica = found->record->scheduling_strategy == model::ecs::SchedulingStrategy::replica;
  if (replica && found->record->desired_count > 0 && !request.force.value_or(false))
    return model::ecs::invalid_parameter_exception(
        "The service cannot be stopped while it is scaled above 0.");
  ServiceRecord record = *found->record;
  record.status = ServiceStatus::draining;
  record.desired_count = 0;
  record.steady_since.reset();
  for (auto& deployment : record.deployments) deployment.desired_count = 0;
  auto transaction = new_transaction(call);
  transaction.expect(*found);
  response.service = render_service(call, view, record, ServiceTags::yes);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

}  // namespace berth::services::ecs
