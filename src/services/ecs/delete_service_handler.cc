#include "scheduling/service_rules.h"
#include "services/core/decide.h"
#include "services/core/lookup.h"
#include "services/ecs/handlers.h"
#include "services/ecs/service_lookup.h"

namespace berth::services::ecs {
namespace {

using domain::ServiceRecord;
using domain::ServiceStatus;
using model::ecs::DeleteServiceRequest;
using model::ecs::DeleteServiceResponse;

// Only says that it shall go: the service scheduler stops its tasks, and makes it INACTIVE when they are
// gone.
Decision<DeleteServiceResponse> decide(const Context& context, const store::View& view,
                                       const DeleteServiceRequest& request) {
  auto cluster = find_active_cluster_of(context, view, request.cluster, "service", request.service);
  if (!cluster) return cluster.take_error();
  const auto* found = find_service(context, view, **cluster, request.service);
  if (!found || found->record->status == ServiceStatus::inactive) return wire::service_not_found();
  DeleteServiceResponse response;
  if (found->record->status == ServiceStatus::draining) {
    response.service = render_service(context, view, *found->record, ServiceTags::yes);
    return response;
  }
  const bool replica = found->record->scheduling_strategy == model::ecs::SchedulingStrategy::replica;
  if (replica && found->record->desired_count > 0 && !request.force.value_or(false))
    return wire::invalid_parameter("The service cannot be stopped while it is scaled above 0.");
  ServiceRecord record = *found->record;
  record.status = ServiceStatus::draining;
  record.desired_count = 0;
  record.steady_since.reset();
  for (auto& deployment : record.deployments) deployment.desired_count = 0;
  auto transaction = new_transaction(context);
  transaction.expect(*found);
  response.service = render_service(context, view, record, ServiceTags::yes);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

}  // namespace

Async<ApiResult<DeleteServiceResponse>> delete_service(Context& context, DeleteServiceRequest request) {
  std::function<Decision<DeleteServiceResponse>(const store::View&)> decider = [&](const store::View& view) {
    return decide(context, view, request);
  };
  co_return co_await decide_and_commit<DeleteServiceResponse>(context, std::move(decider));
}

}  // namespace berth::services::ecs
