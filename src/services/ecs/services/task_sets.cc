#include "scheduling/task_sets.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/arns.h"
#include "domain/names.h"
#include "model/ecs/codec.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/core/render.h"
#include "services/ecs/operations.h"
#include "services/ecs/services/service_lookup.h"
#include "services/ecs/services/service_request.h"
#include "services/ecs/tasks/run_task_request.h"

// CreateTaskSet, DescribeTaskSets, UpdateTaskSet, UpdateServicePrimaryTaskSet, DeleteTaskSet: for services
// whose deployment controller is EXTERNAL. They write the sets into the service; the service scheduler runs
// and stops the tasks.
namespace berth::services::ecs {
namespace {

using domain::ServiceRecord;
using domain::TaskSetState;
using model::ecs::CreateTaskSetRequest;
using model::ecs::CreateTaskSetResponse;
using model::ecs::DeleteTaskSetRequest;
using model::ecs::DeleteTaskSetResponse;
using model::ecs::DescribeTaskSetsRequest;
using model::ecs::DescribeTaskSetsResponse;
using model::ecs::UpdateServicePrimaryTaskSetResponse;
using model::ecs::UpdateTaskSetResponse;

/// Task sets of a service at a time (API: quota).
constexpr std::size_t kTaskSetsMax = 5;

wire::ApiError set_not_found() {
  return model::ecs::task_set_not_found_exception(
      "The specified task set could not be found. You can view your available task sets with "
      "DescribeTaskSets. Task sets are specific to each cluster, service and Region.");
}

std::optional<wire::ApiError> check_scale(const model::ecs::Scale& scale) {
  const double value = scale.value.value_or(0);
  if (value >= 0 && value <= 100) return std::nullopt;
  return model::ecs::invalid_parameter_exception(
      fmt::format("scale: value must be between 0 and 100, not {}.", value));
}

std::optional<wire::ApiError> check(const Call& call, const CreateTaskSetRequest& request) {
  if (request.launch_type && given(request.capacity_provider_strategy))
    return model::ecs::invalid_parameter_exception(std::string(kTwoKindsOfCapacity));
  for (const auto& [given_here, member] :
       {std::pair{given(request.load_balancers), "loadBalancers"},
        std::pair{given(request.service_registries), "serviceRegistries"},
        std::pair{given(request.capacity_provider_strategy), "capacityProviderStrategy"}})
    if (given_here)
      return model::ecs::unsupported_feature_exception(
          fmt::format("{} is not available here: leave it out.", member));
  if (request.launch_type == model::ecs::LaunchType::ec2 && !request.platform_version.value_or("").empty())
    return model::ecs::invalid_parameter_exception(std::string(kPlatformVersionOfEc2));
  if (request.launch_type && *request.launch_type != model::ecs::LaunchType::ec2 &&
      *request.launch_type != model::ecs::LaunchType::external)
    return model::ecs::unsupported_feature_exception(
        fmt::format("Launch type {} is not available here: use EC2 or leave launchType out.",
                    to_string(*request.launch_type)));
  if (request.scale)
    if (auto error = check_scale(*request.scale)) return error;
  if (request.tags) {
    const auto tags =
        domain::check_tags(*request.tags, static_cast<std::size_t>(call.deps.limits.tags_per_resource));
    if (!tags) return model::ecs::invalid_parameter_exception(tags.error().message);
  }
  return std::nullopt;
}

// The ACTIVE, EXTERNAL service that a request names.
ApiResult<const store::Stored<ServiceRecord>*> external_service(const Call& call, const store::View& view,
                                                                const std::string& cluster_name,
                                                                const std::string& name) {
  auto cluster = find_active_cluster_of(call, view, cluster_name, "service", name);
  if (!cluster) return cluster.take_error();
  const auto* found = find_service(call, view, **cluster, name);
  if (!found) return service_not_found();
  if (found->record->status != domain::ServiceStatus::active) return service_not_active();
  if (!scheduling::is_external(*found->record))
    return model::ecs::invalid_parameter_exception(
        "Amazon ECS only supports task set management on services configured to use external deployment "
        "controllers.");
  return found;
}

TaskSetState new_set(ServiceRecord& service, const Call& call, const CreateTaskSetRequest& request,
                     const domain::TaskDefinitionRecord& definition) {
  TaskSetState& set = scheduling::begin_task_set(service, definition, call.new_number(), call.now);
  set.deployment.launch_type = request.launch_type.value_or(model::ecs::LaunchType::ec2);
  if (!request.platform_version.value_or("").empty())
    set.deployment.platform_version = request.platform_version;
  set.external_id = request.external_id;
  set.scale = request.scale;
  if (!set.scale) set.scale.emplace();
  if (!set.scale->value) set.scale->value = request.scale ? 0 : 100;
  set.scale->unit = model::ecs::ScaleUnit::percent;
  set.tags = request.tags;
  return set;
}

std::optional<std::string> token_scope(const Call& call, const store::View& view,
                                       const CreateTaskSetRequest& request) {
  const auto service = external_service(call, view, request.cluster, request.service);
  if (!service) return std::nullopt;
  return (*service)->record->name;
}

// The set of the first call; one that is gone since is created anew.
std::optional<ApiResult<CreateTaskSetResponse>> answer_again(const Call& call, const store::View& view,
                                                             const CreateTaskSetRequest& request,
                                                             const std::vector<std::string>& ids) {
  const auto service = external_service(call, view, request.cluster, request.service);
  if (!service || ids.empty()) return std::nullopt;
  const ServiceRecord& record = *(*service)->record;
  const auto* earlier = scheduling::find_task_set(record, ids.front());
  if (!earlier) return std::nullopt;
  CreateTaskSetResponse response;
  response.task_set = render_task_set(view, record, *earlier, ServiceTags::yes);
  return response;
}

// Expectations: the service is as it was seen, the definition is still ACTIVE.
Decision<CreateTaskSetResponse> decide_create(const Call& call, const store::View& view,
                                              const CreateTaskSetRequest& request) {
  auto service = external_service(call, view, request.cluster, request.service);
  if (!service) return service.take_error();
  const auto& stored = **service;
  if (stored.record->task_sets && stored.record->task_sets->size() >= kTaskSetsMax)
    return model::ecs::invalid_parameter_exception(fmt::format(
        "{} deployments exist on the service. Unable to create new TaskSet since this exceeds the "
        "maximum limit.",
        stored.record->task_sets->size()));
  auto definition = service_definition(call, view, request.task_definition, request.network_configuration);
  if (!definition) return definition.take_error();
  ServiceRecord record = *stored.record;
  const TaskSetState set = new_set(record, call, request, *(*definition)->record);
  CreateTaskSetResponse response;
  response.task_set = render_task_set(view, record, set, ServiceTags::yes);
  std::vector<std::string> made{set.deployment.id};
  auto transaction = new_transaction(call);
  transaction.expect(stored);
  transaction.expect(**definition);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction), std::move(made)};
}

using Change =
    std::function<std::optional<wire::ApiError>(const store::View&, ServiceRecord&, TaskSetState&)>;

// One set of a service is changed. Expectation: the service is as it was seen.
template <class Response>
Decision<Response> decide_change(const Call& call, const store::View& view, const std::string& cluster,
                                 const std::string& service_name, const std::string& id,
                                 const Change& change) {
  auto service = external_service(call, view, cluster, service_name);
  if (!service) return service.take_error();
  ServiceRecord record = *(*service)->record;
  TaskSetState* set = scheduling::find_task_set(record, id);
  if (!set) return set_not_found();
  if (auto error = change(view, record, *set)) return *std::move(error);
  set->deployment.updated_at = call.now;
  Response response;
  response.task_set = render_task_set(view, record, *set, ServiceTags::yes);
  auto transaction = new_transaction(call);
  transaction.expect(**service);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

// A set is deleted without force once nothing of it runs, whatever its scale says (API: DeleteTaskSet):
// clients that take everything down delete it first.
bool has_running_tasks(const store::View& view, const ServiceRecord& service, const TaskSetState& set) {
  const auto key = store::service_key({service.account, service.region}, service.cluster, service.name);
  for (const auto& [sort, task] : view.group(store::kTasksByService, key))
    if (task->record->deployment_id == set.deployment.id &&
        task->record->last_status == domain::TaskStatus::running)
      return true;
  return false;
}

}  // namespace

Decision<CreateTaskSetResponse> create_task_set(const Call& call, const store::View& view,
                                                const CreateTaskSetRequest& request) {
  if (auto error = check(call, request)) return *std::move(error);
  return decide_create(call, view, request);
}

const CreateTaskSetToken kCreateTaskSetToken{
    .token = &CreateTaskSetRequest::client_token, .scope = token_scope, .again = answer_again};

Decision<DescribeTaskSetsResponse> describe_task_sets(const Call& call, const store::View& view,
                                                      const DescribeTaskSetsRequest& request) {
  const auto tags = given(request.include) ? ServiceTags::yes : ServiceTags::no;
  DescribeTaskSetsResponse response;
  response.task_sets.emplace();
  response.failures.emplace();
  auto service = external_service(call, view, request.cluster, request.service);
  if (!service) return service.take_error();
  const ServiceRecord& record = *(*service)->record;
  if (!given(request.task_sets)) {
    if (record.task_sets)
      for (const auto& set : *record.task_sets)
        response.task_sets->push_back(render_task_set(view, record, set, tags));
    return response;
  }
  for (const auto& id : *request.task_sets) {
    if (const auto* set = scheduling::find_task_set(record, id))
      response.task_sets->push_back(render_task_set(view, record, *set, tags));
    else
      response.failures->push_back(failure(id, "MISSING"));
  }
  return response;
}

Decision<UpdateTaskSetResponse> update_task_set(const Call& call, const store::View& view,
                                                const model::ecs::UpdateTaskSetRequest& request) {
  if (auto error = check_scale(request.scale)) return *std::move(error);
  Change change = [&](const store::View&, ServiceRecord&,
                      TaskSetState& set) -> std::optional<wire::ApiError> {
    if (set.draining) return model::ecs::invalid_parameter_exception("The task set is being deleted.");
    set.scale = request.scale;
    set.scale->value = request.scale.value.value_or(0);
    set.scale->unit = model::ecs::ScaleUnit::percent;
    return std::nullopt;
  };
  return decide_change<UpdateTaskSetResponse>(call, view, request.cluster, request.service, request.task_set,
                                              change);
}

Decision<UpdateServicePrimaryTaskSetResponse> update_service_primary_task_set(
    const Call& call, const store::View& view,
    const model::ecs::UpdateServicePrimaryTaskSetRequest& request) {
  Change change = [&](const store::View&, ServiceRecord& service,
                      TaskSetState& set) -> std::optional<wire::ApiError> {
    if (set.draining) return model::ecs::invalid_parameter_exception("The task set is being deleted.");
    for (auto& other : *service.task_sets) other.deployment.status = domain::DeploymentStatus::active;
    set.deployment.status = domain::DeploymentStatus::primary;
    return std::nullopt;
  };
  return decide_change<UpdateServicePrimaryTaskSetResponse>(call, view, request.cluster, request.service,
                                                            request.primary_task_set, change);
}

// The scheduler stops its tasks, and takes the set out of the service when the last of them is gone.
Decision<DeleteTaskSetResponse> delete_task_set(const Call& call, const store::View& view,
                                                const DeleteTaskSetRequest& request) {
  Change change = [&](const store::View& view, ServiceRecord& service,
                      TaskSetState& set) -> std::optional<wire::ApiError> {
    if (!request.force.value_or(false) && has_running_tasks(view, service, set))
      return model::ecs::invalid_parameter_exception(
          "The task set cannot be deleted while its tasks run. Scale it down to 0 or use force.");
    set.draining = true;
    return std::nullopt;
  };
  return decide_change<DeleteTaskSetResponse>(call, view, request.cluster, request.service, request.task_set,
                                              change);
}

}  // namespace berth::services::ecs
