#include <fmt/format.h>

#include "domain/arns.h"
#include "domain/names.h"
#include "model/ecs/codec.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/operations.h"
#include "services/ecs/services/service_lookup.h"
#include "services/ecs/services/service_request.h"

namespace berth::services::ecs {
namespace {

using domain::ServiceRecord;
using domain::ServiceStatus;
using model::ecs::CreateServiceRequest;
using model::ecs::CreateServiceResponse;
using model::ecs::SchedulingStrategy;

bool is_external(const CreateServiceRequest& request) {
  return request.deployment_controller &&
         request.deployment_controller->type == model::ecs::DeploymentControllerType::external;
}

bool is_daemon(const CreateServiceRequest& request) {
  return request.scheduling_strategy == SchedulingStrategy::daemon;
}

std::optional<wire::ApiError> check(const Call& call, const CreateServiceRequest& request) {
  const auto characters_max = static_cast<std::size_t>(call.deps.limits.name_characters);
  if (!domain::is_name(request.service_name, characters_max))
    return model::ecs::invalid_parameter_exception(fmt::format(
        "serviceName must have 1 to {} letters (uppercase and lowercase), numbers, underscores and "
        "hyphens.",
        characters_max));
  if (is_external(request)) {
    if (auto error = refuse_for_task_sets(request)) return error;
  } else if (!request.task_definition || request.task_definition->empty()) {
    return model::ecs::invalid_parameter_exception("TaskDefinition can not be blank.");
  }
  if (auto error = refuse_what_services_lack(request)) return error;
  if (is_daemon(request) && request.desired_count)
    return model::ecs::invalid_parameter_exception(
        "The daemon scheduling strategy does not support a desired count. Remove the desired count value and "
        "try again.");
  if (!is_daemon(request) && !request.desired_count)
    return model::ecs::invalid_parameter_exception(
        "desiredCount is required for the replica scheduling strategy.");
  if (request.tags) {
    const auto tags =
        domain::check_tags(*request.tags, static_cast<std::size_t>(call.deps.limits.tags_per_resource));
    if (!tags) return model::ecs::invalid_parameter_exception(tags.error().message);
  }
  return std::nullopt;
}

ServiceRecord new_service(const Call& call, const store::View& view, const domain::ClusterRecord& cluster,
                          const CreateServiceRequest& request) {
  ServiceRecord record;
  record.account = call.realm.account;
  record.region = call.realm.region;
  record.cluster = cluster.name;
  record.cluster_generation = cluster.generation;
  record.name = request.service_name;
  record.generation = call.new_hex();
  record.arn = domain::service_arn(call.realm, cluster.name, request.service_name,
                                   arn_form(call, view, "serviceLongArnFormat"));
  record.status = ServiceStatus::active;
  record.scheduling_strategy = request.scheduling_strategy.value_or(SchedulingStrategy::replica);
  record.desired_count = request.desired_count.value_or(0);
  record.launch_type = request.launch_type;
  if (!request.platform_version.value_or("").empty()) record.platform_version = request.platform_version;
  record.deployment_configuration = request.deployment_configuration;
  record.placement_constraints = request.placement_constraints;
  record.placement_strategy = request.placement_strategy;
  record.health_check_grace_period_seconds = request.health_check_grace_period_seconds;
  record.propagate_tags = request.propagate_tags;
  record.enable_ecs_managed_tags = request.enable_ecs_managed_tags.value_or(false);
  record.enable_execute_command = request.enable_execute_command.value_or(false);
  record.availability_zone_rebalancing = request.availability_zone_rebalancing;
  record.tags = request.tags;
  record.short_task_arns = arn_form(call, view, "taskLongArnFormat") == domain::ArnForm::short_;
  if (is_external(request)) record.deployment_controller = request.deployment_controller->type;
  record.created_by = call.principal.arn;
  record.created_at = call.now;
  return record;
}

// Whether there is room for the service: name and number.
std::optional<wire::ApiError> check_room(const Call& call, const store::View& view,
                                         const store::Stored<ServiceRecord>* found,
                                         const std::string& cluster) {
  if (found && found->record->status == ServiceStatus::draining)
    return model::ecs::invalid_parameter_exception("Unable to Start a service that is still Draining.");
  if (found && found->record->status == ServiceStatus::active)
    return model::ecs::invalid_parameter_exception("Creation of service was not idempotent.");
  const auto services_max = static_cast<std::size_t>(call.deps.limits.services_per_cluster);
  if (view.group(store::kServicesByCluster, store::cluster_key(call.realm, cluster)).size() >= services_max)
    return model::ecs::client_exception(
        fmt::format("The limit of {} services in a cluster is reached.", services_max));
  return std::nullopt;
}

// The service of the first call; one that is gone since is created anew.
std::optional<ApiResult<CreateServiceResponse>> answer_again(const Call& call, const store::View& view,
                                                             const CreateServiceRequest& request,
                                                             const std::vector<std::string>&) {
  const auto name = cluster_name(call, request.cluster);
  if (!name) return std::nullopt;
  const auto* found = view.find<ServiceRecord>(store::service_key(call.realm, *name, request.service_name));
  if (!found) return std::nullopt;
  CreateServiceResponse response;
  response.service = render_service(call, view, *found->record, ServiceTags::yes);
  return response;
}

}  // namespace

// Expectations: the service was not created meanwhile, the definition is still ACTIVE, and so is the cluster
// (DeleteCluster expects no services, this expects the cluster unchanged: one of the two loses).
Decision<CreateServiceResponse> create_service(const Call& call, const store::View& view,
                                               const CreateServiceRequest& request) {
  if (auto error = check(call, request)) return *std::move(error);
  auto cluster = find_active_cluster(call, view, request.cluster);
  if (!cluster) return cluster.take_error();
  const std::string& name = (*cluster)->name;
  const auto key = store::service_key(call.realm, name, request.service_name);
  const auto* found = view.find<ServiceRecord>(key);
  if (auto error = check_room(call, view, found, name)) return *std::move(error);
  const store::Stored<domain::TaskDefinitionRecord>* definition = nullptr;
  if (!is_external(request)) {
    auto named = service_definition(call, view, *request.task_definition, request.network_configuration);
    if (!named) return named.take_error();
    definition = *named;
  }
  ServiceRecord record = new_service(call, view, **cluster, request);
  if (auto error = check_service(call, record)) return *std::move(error);

  auto transaction = new_transaction(call);
  if (found)
    transaction.expect(*found);
  else
    transaction.expect_absent<ServiceRecord>(key);
  const auto* cluster_now = view.find<domain::ClusterRecord>(store::cluster_key(call.realm, name));
  transaction.expect(*cluster_now);
  if (definition) {
    transaction.expect(*definition);
    deploy(call, transaction, record, *definition->record);
  }
  std::vector<std::string> made{record.name};
  CreateServiceResponse response;
  response.service = render_service(call, view, record, ServiceTags::yes);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction), std::move(made)};
}

const CreateServiceToken kCreateServiceToken{.token = &CreateServiceRequest::client_token,
                                             .scope = cluster_of_token<CreateServiceRequest>,
                                             .again = answer_again};

}  // namespace berth::services::ecs
