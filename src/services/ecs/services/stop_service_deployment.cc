#include <fmt/format.h>

#include "base/arn.h"
#include "scheduling/service_rules.h"
#include "services/ecs/operations.h"

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

Decision<StopServiceDeploymentResponse> decide(const Call& call, const store::View& view, const Arn& arn,
                                               const StopServiceDeploymentRequest& request) {
  const auto resource = parse_ecs_resource(arn.resource);
  if (!resource || resource->type != "service-deployment" || arn.region != call.realm.region ||
      arn.account != call.realm.account)
    return not_found_here();
  const auto* found = view.find<ServiceDeploymentRecord>(
      store::service_part_key(call.realm, resource->cluster, resource->service, resource->id));
  const auto* service =
      view.find<ServiceRecord>(store::service_key(call.realm, resource->cluster, resource->service));
  if (!found || !service) return not_found_here();
  const auto* primary = scheduling::primary_of(*service->record);
  if (found->record->deployment.status != ServiceDeploymentStatus::in_progress || !primary ||
      primary->service_deployment_id != resource->id ||
      service->record->status != domain::ServiceStatus::active)
    return conflict_exception("The service deployment is not in progress.", {request.service_deployment_arn});
  ServiceRecord record = *service->record;
  if (!scheduling::roll_back(record, std::string(kReason), "StopServiceDeployment", call.now))
    return conflict_exception("The service has no earlier deployment that was completed.",
                              {request.service_deployment_arn});
  scheduling::add_event(record, call.new_uuid(), call.now,
                        fmt::format("{} rolling back to deployment {}.", scheduling::event_subject(record),
                                    scheduling::primary_of(record)->id),
                        call.deps.limits);
  ServiceDeploymentRecord deployment = *found->record;
  mark(deployment, record, call.now);
  auto transaction = new_transaction(call);
  transaction.expect(*service);
  transaction.expect(*found);
  transaction.put(std::move(record));
  transaction.put(std::move(deployment));
  StopServiceDeploymentResponse response;
  response.service_deployment_arn = request.service_deployment_arn;
  return {std::move(response), std::move(transaction)};
}

}  // namespace

Decision<StopServiceDeploymentResponse> stop_service_deployment(const Call& call, const store::View& view,
                                                                const StopServiceDeploymentRequest& request) {
  if (request.stop_type == model::ecs::StopServiceDeploymentStopType::abort)
    return model::ecs::unsupported_feature_exception("stopType ABORT is not available here: use ROLLBACK.");
  const auto arn = parse_arn(request.service_deployment_arn);
  if (!arn)
    return model::ecs::invalid_parameter_exception(
        fmt::format("serviceDeploymentArn: {}", arn.error().message));
  return decide(call, view, *arn, request);
}

}  // namespace berth::services::ecs
