#include <fmt/format.h>

#include "base/arn.h"
#include "scheduling/service_rules.h"
#include "services/core/decide.h"
#include "services/ecs/handlers.h"

namespace berth::services::ecs {
namespace {

using domain::ServiceDeploymentRecord;
using domain::ServiceRecord;
using model::ecs::ServiceDeploymentStatus;
using model::ecs::StopServiceDeploymentRequest;
using model::ecs::StopServiceDeploymentResponse;

constexpr std::string_view kReason = "Rolled back by StopServiceDeployment.";

wire::ApiError not_found_here() {
  return {.code = "ServiceDeploymentNotFoundException", .message = "The service deployment was not found."};
}

void mark(ServiceDeploymentRecord& record, const ServiceRecord& service, WallTime now) {
  auto& shown = record.deployment;
  shown.status = ServiceDeploymentStatus::rollback_in_progress;
  shown.status_reason = std::string(kReason);
  shown.updated_at = now;
  shown.rollback.emplace();
  shown.rollback->reason = std::string(kReason);
  shown.rollback->started_at = now;
  if (const auto* target = scheduling::primary_of(service); target && target->service_revision_id)
    shown.rollback->service_revision_arn =
        scheduling::service_part_arn(service, "service-revision", *target->service_revision_id);
}

Decision<StopServiceDeploymentResponse> decide(const Context& context, const store::View& view,
                                               const Arn& arn, const StopServiceDeploymentRequest& request) {
  const auto resource = parse_ecs_resource(arn.resource);
  if (!resource || resource->type != "service-deployment" || arn.region != context.realm.region ||
      arn.account != context.realm.account)
    return not_found_here();
  const auto* found = view.find<ServiceDeploymentRecord>(
      store::service_part_key(context.realm, resource->cluster, resource->service, resource->id));
  const auto* service =
      view.find<ServiceRecord>(store::service_key(context.realm, resource->cluster, resource->service));
  if (!found || !service) return not_found_here();
  const auto* primary = scheduling::primary_of(*service->record);
  if (found->record->deployment.status != ServiceDeploymentStatus::in_progress || !primary ||
      primary->service_deployment_id != resource->id ||
      service->record->status != domain::ServiceStatus::active)
    return wire::conflict_exception("The service deployment is not in progress.",
                                    {request.service_deployment_arn});
  ServiceRecord record = *service->record;
  if (!scheduling::roll_back(record, std::string(kReason), "StopServiceDeployment", context.now))
    return wire::conflict_exception("The service has no earlier deployment that was completed.",
                                    {request.service_deployment_arn});
  scheduling::add_event(record, context.services.runtime.ids().uuid(), context.now,
                        fmt::format("{} rolling back to deployment {}.", scheduling::event_subject(record),
                                    scheduling::primary_of(record)->id),
                        context.services.limits);
  ServiceDeploymentRecord deployment = *found->record;
  mark(deployment, record, context.now);
  auto transaction = new_transaction(context);
  transaction.expect(*service);
  transaction.expect(*found);
  transaction.put(std::move(record));
  transaction.put(std::move(deployment));
  StopServiceDeploymentResponse response;
  response.service_deployment_arn = request.service_deployment_arn;
  return {std::move(response), std::move(transaction)};
}

}  // namespace

Async<ApiResult<StopServiceDeploymentResponse>> stop_service_deployment(
    Context& context, StopServiceDeploymentRequest request) {
  if (request.stop_type == model::ecs::StopServiceDeploymentStopType::abort)
    co_return wire::unsupported_feature("stopType ABORT is not available here: use ROLLBACK.");
  const auto arn = parse_arn(request.service_deployment_arn);
  if (!arn) co_return wire::invalid_parameter(fmt::format("serviceDeploymentArn: {}", arn.error().message));
  std::function<Decision<StopServiceDeploymentResponse>(const store::View&)> decider =
      [&](const store::View& view) { return decide(context, view, *arn, request); };
  co_return co_await decide_and_commit<StopServiceDeploymentResponse>(context, std::move(decider));
}

}  // namespace berth::services::ecs
