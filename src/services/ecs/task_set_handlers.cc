#include <fmt/format.h>

#include <algorithm>

#include "domain/arns.h"
#include "domain/names.h"
#include "model/ecs/codec.h"
#include "scheduling/task_sets.h"
#include "services/core/decide.h"
#include "services/core/lookup.h"
#include "services/ecs/client_token.h"
#include "services/ecs/handlers.h"
#include "services/ecs/render.h"
#include "services/ecs/run_task_request.h"
#include "services/ecs/service_lookup.h"
#include "services/ecs/service_request.h"

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
  return wire::task_set_not_found(
      "The specified task set could not be found. You can view your available task sets with "
      "DescribeTaskSets. Task sets are specific to each cluster, service and Region.");
}

std::optional<wire::ApiError> check_scale(const model::ecs::Scale& scale) {
  const double value = scale.value.value_or(0);
  if (value >= 0 && value <= 100) return std::nullopt;
  return wire::invalid_parameter(fmt::format("scale: value must be between 0 and 100, not {}.", value));
}

std::optional<wire::ApiError> check(const Context& context, const CreateTaskSetRequest& request) {
  if (request.launch_type && given(request.capacity_provider_strategy))
    return wire::invalid_parameter(std::string(kTwoKindsOfCapacity));
  for (const auto& [given_here, member] :
       {std::pair{given(request.load_balancers), "loadBalancers"},
        std::pair{given(request.service_registries), "serviceRegistries"},
        std::pair{given(request.capacity_provider_strategy), "capacityProviderStrategy"}})
    if (given_here)
      return wire::unsupported_feature(fmt::format("{} is not available here: leave it out.", member));
  if (request.launch_type == model::ecs::LaunchType::ec2 && !request.platform_version.value_or("").empty())
    return wire::invalid_parameter(std::string(kPlatformVersionOfEc2));
  if (request.launch_type && *request.launch_type != model::ecs::LaunchType::ec2 &&
      *request.launch_type != model::ecs::LaunchType::external)
    return wire::unsupported_feature(
        fmt::format("Launch type {} is not available here: use EC2 or leave launchType out.",
                    to_string(*request.launch_type)));
  if (request.scale)
    if (auto error = check_scale(*request.scale)) return error;
  if (request.tags) {
    const auto tags = domain::check_tags(*request.tags,
                                         static_cast<std::size_t>(context.services.limits.tags_per_resource));
    if (!tags) return wire::invalid_parameter(tags.error().message);
  }
  return std::nullopt;
}

// The ACTIVE, EXTERNAL service that a request names.
ApiResult<const store::Stored<ServiceRecord>*> external_service(const Context& context,
                                                                const store::View& view,
                                                                const std::string& cluster_name,
                                                                const std::string& name) {
  auto cluster = find_active_cluster_of(context, view, cluster_name, "service", name);
  if (!cluster) return cluster.take_error();
  const auto* found = find_service(context, view, **cluster, name);
  if (!found) return wire::service_not_found();
  if (found->record->status != domain::ServiceStatus::active) return wire::service_not_active();
  if (!scheduling::is_external(*found->record))
    return wire::invalid_parameter(
        "Amazon ECS only supports task set management on services configured to use external deployment "
        "controllers.");
  return found;
}

TaskSetState new_set(ServiceRecord& service, const Context& context, const CreateTaskSetRequest& request,
                     const domain::TaskDefinitionRecord& definition) {
  TaskSetState& set =
      scheduling::begin_task_set(service, definition, context.services.runtime.ids().next64(), context.now);
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

// Expectations: the service is as it was seen, the definition is still ACTIVE.
Decision<CreateTaskSetResponse> decide_create(const Context& context, const store::View& view,
                                              const CreateTaskSetRequest& request,
                                              const std::string& fingerprint) {
  auto service = external_service(context, view, request.cluster, request.service);
  if (!service) return service.take_error();
  const auto& stored = **service;
  auto token = use_client_token(context, view, request.client_token, "CreateTaskSet." + stored.record->name,
                                fingerprint);
  if (!token) return token.take_error();
  CreateTaskSetResponse response;
  if (*token && (*token)->earlier && !(*token)->earlier->empty())
    if (const auto* earlier = scheduling::find_task_set(*stored.record, (*token)->earlier->front())) {
      response.task_set = render_task_set(view, *stored.record, *earlier, ServiceTags::yes);
      return response;
    }
  if (stored.record->task_sets && stored.record->task_sets->size() >= kTaskSetsMax)
    return wire::invalid_parameter(fmt::format(
        "{} deployments exist on the service. Unable to create new TaskSet since this exceeds the "
        "maximum limit.",
        stored.record->task_sets->size()));
  auto definition = service_definition(context, view, request.task_definition, request.network_configuration);
  if (!definition) return definition.take_error();
  ServiceRecord record = *stored.record;
  const TaskSetState set = new_set(record, context, request, *(*definition)->record);
  response.task_set = render_task_set(view, record, set, ServiceTags::yes);
  auto transaction = new_transaction(context);
  transaction.expect(stored);
  transaction.expect(**definition);
  if (*token && !(*token)->earlier) record_token(transaction, **std::move(token), {set.deployment.id});
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

using Change =
    std::function<std::optional<wire::ApiError>(const store::View&, ServiceRecord&, TaskSetState&)>;

// One set of a service is changed. Expectation: the service is as it was seen.
template <class Response>
Decision<Response> decide_change(const Context& context, const store::View& view, const std::string& cluster,
                                 const std::string& service_name, const std::string& id,
                                 const Change& change) {
  auto service = external_service(context, view, cluster, service_name);
  if (!service) return service.take_error();
  ServiceRecord record = *(*service)->record;
  TaskSetState* set = scheduling::find_task_set(record, id);
  if (!set) return set_not_found();
  if (auto error = change(view, record, *set)) return *std::move(error);
  set->deployment.updated_at = context.now;
  Response response;
  response.task_set = render_task_set(view, record, *set, ServiceTags::yes);
  auto transaction = new_transaction(context);
  transaction.expect(**service);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

template <class Response>
Async<ApiResult<Response>> change_set(Context& context, std::string cluster, std::string service,
                                      std::string id, Change change) {
  std::function<Decision<Response>(const store::View&)> decider = [&](const store::View& view) {
    return decide_change<Response>(context, view, cluster, service, id, change);
  };
  co_return co_await decide_and_commit<Response>(context, std::move(decider));
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

Async<ApiResult<CreateTaskSetResponse>> create_task_set(Context& context, CreateTaskSetRequest request) {
  if (auto error = check(context, request)) co_return *std::move(error);
  CreateTaskSetRequest without_token = request;
  without_token.client_token.reset();
  const std::string fingerprint = request.client_token ? model::encode_json(without_token) : std::string();
  std::function<Decision<CreateTaskSetResponse>(const store::View&)> decider = [&](const store::View& view) {
    return decide_create(context, view, request, fingerprint);
  };
  co_return co_await decide_and_commit<CreateTaskSetResponse>(context, std::move(decider));
}

Async<ApiResult<DescribeTaskSetsResponse>> describe_task_sets(Context& context,
                                                              DescribeTaskSetsRequest request) {
  const auto tags = given(request.include) ? ServiceTags::yes : ServiceTags::no;
  DescribeTaskSetsResponse response;
  response.task_sets.emplace();
  response.failures.emplace();
  const auto view = co_await context.read();
  auto service = external_service(context, view, request.cluster, request.service);
  if (!service) co_return service.take_error();
  const ServiceRecord& record = *(*service)->record;
  if (!given(request.task_sets)) {
    if (record.task_sets)
      for (const auto& set : *record.task_sets)
        response.task_sets->push_back(render_task_set(view, record, set, tags));
    co_return response;
  }
  for (const auto& id : *request.task_sets) {
    if (const auto* set = scheduling::find_task_set(record, id))
      response.task_sets->push_back(render_task_set(view, record, *set, tags));
    else
      response.failures->push_back(failure(id, "MISSING"));
  }
  co_return response;
}

Async<ApiResult<UpdateTaskSetResponse>> update_task_set(Context& context,
                                                        model::ecs::UpdateTaskSetRequest request) {
  if (auto error = check_scale(request.scale)) co_return *std::move(error);
  Change change = [&](const store::View&, ServiceRecord&,
                      TaskSetState& set) -> std::optional<wire::ApiError> {
    if (set.draining) return wire::invalid_parameter("The task set is being deleted.");
    set.scale = request.scale;
    set.scale->value = request.scale.value.value_or(0);
    set.scale->unit = model::ecs::ScaleUnit::percent;
    return std::nullopt;
  };
  co_return co_await change_set<UpdateTaskSetResponse>(context, request.cluster, request.service,
                                                       request.task_set, std::move(change));
}

Async<ApiResult<UpdateServicePrimaryTaskSetResponse>> update_service_primary_task_set(
    Context& context, model::ecs::UpdateServicePrimaryTaskSetRequest request) {
  Change change = [&](const store::View&, ServiceRecord& service,
                      TaskSetState& set) -> std::optional<wire::ApiError> {
    if (set.draining) return wire::invalid_parameter("The task set is being deleted.");
    for (auto& other : *service.task_sets) other.deployment.status = domain::DeploymentStatus::active;
    set.deployment.status = domain::DeploymentStatus::primary;
    return std::nullopt;
  };
  co_return co_await change_set<UpdateServicePrimaryTaskSetResponse>(
      context, request.cluster, request.service, request.primary_task_set, std::move(change));
}

// The scheduler stops its tasks, and takes the set out of the service when the last of them is gone.
Async<ApiResult<DeleteTaskSetResponse>> delete_task_set(Context& context, DeleteTaskSetRequest request) {
  Change change = [&](const store::View& view, ServiceRecord& service,
                      TaskSetState& set) -> std::optional<wire::ApiError> {
    if (!request.force.value_or(false) && has_running_tasks(view, service, set))
      return wire::invalid_parameter(
          "The task set cannot be deleted while its tasks run. Scale it down to 0 or use force.");
    set.draining = true;
    return std::nullopt;
  };
  co_return co_await change_set<DeleteTaskSetResponse>(context, request.cluster, request.service,
                                                       request.task_set, std::move(change));
}

}  // namespace berth::services::ecs
