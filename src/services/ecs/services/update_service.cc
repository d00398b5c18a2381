#include <fmt/format.h>

#include "scheduling/service_rules.h"
#include "scheduling/task_sets.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/operations.h"
#include "services/ecs/services/service_lookup.h"
#include "services/ecs/services/service_request.h"

namespace berth::services::ecs {
namespace {

using domain::ServiceRecord;
using domain::ServiceStatus;
using model::ecs::DeploymentConfiguration;
using model::ecs::UpdateServiceRequest;
using model::ecs::UpdateServiceResponse;

template <class T>
void assign(std::optional<T>& slot, const std::optional<T>& given) {
  if (given) slot = given;
}

// What is not given stays.
void merge(std::optional<DeploymentConfiguration>& slot,
           const std::optional<DeploymentConfiguration>& given) {
  if (!given) return;
  if (!slot) slot.emplace();
  assign(slot->maximum_percent, given->maximum_percent);
  assign(slot->minimum_healthy_percent, given->minimum_healthy_percent);
  assign(slot->deployment_circuit_breaker, given->deployment_circuit_breaker);
  assign(slot->alarms, given->alarms);
  assign(slot->strategy, given->strategy);
  assign(slot->bake_time_in_minutes, given->bake_time_in_minutes);
  assign(slot->lifecycle_hooks, given->lifecycle_hooks);
}

void apply(ServiceRecord& service, const UpdateServiceRequest& request) {
  if (request.desired_count) service.desired_count = *request.desired_count;
  merge(service.deployment_configuration, request.deployment_configuration);
  assign(service.placement_constraints, request.placement_constraints);
  assign(service.placement_strategy, request.placement_strategy);
  assign(service.health_check_grace_period_seconds, request.health_check_grace_period_seconds);
  assign(service.propagate_tags, request.propagate_tags);
  assign(service.availability_zone_rebalancing, request.availability_zone_rebalancing);
  if (!request.platform_version.value_or("").empty()) service.platform_version = request.platform_version;
  if (request.enable_ecs_managed_tags) service.enable_ecs_managed_tags = *request.enable_ecs_managed_tags;
  if (request.enable_execute_command) service.enable_execute_command = *request.enable_execute_command;
}

// With the controller EXTERNAL the task sets say what runs; the controller itself stays.
std::optional<wire::ApiError> check_controller(const ServiceRecord& service,
                                               const UpdateServiceRequest& request) {
  const auto controller = service.deployment_controller.value_or(model::ecs::DeploymentControllerType::ecs);
  if (request.deployment_controller && request.deployment_controller->type != controller)
    return model::ecs::unsupported_feature_exception(
        "The deployment controller of a service can not be changed here: make a new service.");
  if (!scheduling::is_external(service)) return std::nullopt;
  for (const auto& [member, given_here] :
       {std::pair{"taskDefinition", request.task_definition.has_value()},
        std::pair{"platformVersion", !request.platform_version.value_or("").empty()},
        std::pair{"networkConfiguration", request.network_configuration.has_value()},
        std::pair{"forceNewDeployment", request.force_new_deployment.value_or(false)}})
    if (given_here)
      return model::ecs::invalid_parameter_exception(fmt::format(
          "Unable to update {} on services with an EXTERNAL deployment controller. Use CreateTaskSet.",
          member));
  return std::nullopt;
}

// The definition to deploy anew, or null when the tasks stay as they are.
ApiResult<const store::Stored<domain::TaskDefinitionRecord>*> to_deploy(const Call& call,
                                                                        const store::View& view,
                                                                        const ServiceRecord& service,
                                                                        const UpdateServiceRequest& request) {
  const auto* primary = scheduling::primary_of(service);
  const bool forced =
      request.force_new_deployment.value_or(false) || (!request.platform_version.value_or("").empty() &&
                                                       request.platform_version != service.platform_version);
  if ((!request.task_definition && !forced) || !primary)
    return static_cast<const store::Stored<domain::TaskDefinitionRecord>*>(nullptr);
  auto definition =
      service_definition(call, view, request.task_definition.value_or(primary->task_definition_arn),
                         request.network_configuration);
  if (!definition) return definition;
  const auto& record = *(*definition)->record;
  if (!forced && record.family == primary->family && record.revision == primary->revision)
    return static_cast<const store::Stored<domain::TaskDefinitionRecord>*>(nullptr);
  return definition;
}

// Expectations: the service is as it was seen, so that neither another update nor a step of the scheduler is
// lost.
Decision<UpdateServiceResponse> decide(const Call& call, const store::View& view,
                                       const UpdateServiceRequest& request) {
  auto cluster = find_active_cluster_of(call, view, request.cluster, "service", request.service);
  if (!cluster) return cluster.take_error();
  const auto* found = find_service(call, view, **cluster, request.service);
  if (!found) return service_not_found();
  if (found->record->status != ServiceStatus::active) return service_not_active();
  if (request.desired_count && found->record->scheduling_strategy == model::ecs::SchedulingStrategy::daemon)
    return model::ecs::invalid_parameter_exception(
        "The daemon scheduling strategy does not support a desired count. Remove the desired count value and "
        "try again.");
  if (auto error = check_controller(*found->record, request)) return *std::move(error);
  auto definition = to_deploy(call, view, *found->record, request);
  if (!definition) return definition.take_error();
  ServiceRecord record = *found->record;
  apply(record, request);
  if (auto error = check_service(call, record)) return *std::move(error);

  auto transaction = new_transaction(call);
  transaction.expect(*found);
  if (*definition) {
    transaction.expect(**definition);
    deploy(call, transaction, record, *(*definition)->record);
  } else if (auto* primary = scheduling::primary_of(record);
             primary && record.scheduling_strategy == model::ecs::SchedulingStrategy::replica) {
    primary->desired_count = record.desired_count;
  }
  UpdateServiceResponse response;
  response.service = render_service(call, view, record, ServiceTags::yes);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

}  // namespace

Decision<UpdateServiceResponse> update_service(const Call& call, const store::View& view,
                                               const UpdateServiceRequest& request) {
  if (request.task_definition && request.task_definition->empty())
    return model::ecs::invalid_parameter_exception("TaskDefinition can not be blank.");
  if (auto error = refuse_what_services_lack(request)) return *std::move(error);
  return decide(call, view, request);
}

}  // namespace berth::services::ecs
