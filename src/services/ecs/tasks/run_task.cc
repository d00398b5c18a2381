#include <fmt/format.h>

#include "api/throttles.h"
#include "model/ecs/codec.h"
#include "placement/explain.h"
#include "placement/plan.h"
#include "scheduling/store_snapshot.h"
#include "scheduling/task_writes.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/operations.h"
#include "services/ecs/tasks/render_task.h"
#include "services/ecs/tasks/run_task_request.h"

namespace berth::services::ecs {
namespace {

using model::ecs::RunTaskRequest;
using model::ecs::RunTaskResponse;

// Guide p.112; nobody waits longer.
constexpr Duration kRunTaskWaitMax = std::chrono::seconds(5);

std::optional<wire::ApiError> refuse_what_is_not_here(const RunTaskRequest& request) {
  if (request.launch_type && request.capacity_provider_strategy &&
      !request.capacity_provider_strategy->empty())
    return model::ecs::invalid_parameter_exception(std::string(kTwoKindsOfCapacity));
  if (request.launch_type == model::ecs::LaunchType::ec2 && !request.platform_version.value_or("").empty())
    return model::ecs::invalid_parameter_exception(std::string(kPlatformVersionOfEc2));
  if (request.launch_type && *request.launch_type != model::ecs::LaunchType::ec2 &&
      *request.launch_type != model::ecs::LaunchType::external)
    return model::ecs::unsupported_feature_exception(
        fmt::format("Launch type {} is not available here: use EC2 or leave launchType out.",
                    to_string(*request.launch_type)));
  if (request.capacity_provider_strategy && !request.capacity_provider_strategy->empty())
    return model::ecs::unsupported_feature_exception(
        "capacityProviderStrategy is not available here: leave it out.");
  if (request.volume_configurations && !request.volume_configurations->empty())
    return model::ecs::unsupported_feature_exception(
        "volumeConfigurations (EBS) are not available here: leave them out.");
  return std::nullopt;
}

ApiResult<placement::PlacementRequest> placement_of(const RunTaskRequest& request,
                                                    const domain::TaskPlan& plan,
                                                    const domain::Limits& limits,
                                                    placement::QueryCache& queries) {
  std::vector<placement::RawConstraint> constraints;
  if (request.placement_constraints)
    for (const auto& constraint : *request.placement_constraints)
      constraints.push_back({constraint.type ? std::string(to_string(*constraint.type)) : std::string(),
                             constraint.expression.value_or("")});
  std::vector<placement::RawStrategy> strategies;
  if (request.placement_strategy)
    for (const auto& strategy : *request.placement_strategy)
      strategies.push_back({strategy.type ? std::string(to_string(*strategy.type)) : std::string(),
                            strategy.field.value_or("")});
  auto wanted = scheduling::placement_request(plan, constraints, strategies, limits, &queries);
  if (!wanted) return model::ecs::invalid_parameter_exception(wanted.error().message);
  wanted->count = request.count.value_or(1);
  return *std::move(wanted);
}

// The tasks of the first call as they are now.
std::optional<ApiResult<RunTaskResponse>> answer_again(const Call& call, const store::View& view,
                                                       const RunTaskRequest& request,
                                                       const std::vector<std::string>& ids) {
  auto cluster = find_active_cluster(call, view, request.cluster);
  if (!cluster) return cluster.take_error();
  RunTaskResponse response;
  response.tasks.emplace();
  response.failures.emplace();
  for (const auto& id : ids)
    if (const auto* task = find_task(call, view, **cluster, id))
      response.tasks->push_back(render_task(*task->record, WithTags::yes));
  return response;
}

Decision<RunTaskResponse> decide(const Call& call, const store::View& view, const RunTaskRequest& request) {
  const StartRequest start = start_request(request);
  auto input = prepare_start(call, view, start);
  if (!input) return input.take_error();
  const domain::TaskPlan plan = plan_of(*input, start);
  placement::QueryCache queries;
  auto wanted = placement_of(request, plan, call.deps.limits, queries);
  if (!wanted) return wanted.take_error();
  const scheduling::StoreSnapshot snapshot(view, call.realm, input->cluster->name);
  if (snapshot.size() == 0)
    return model::ecs::invalid_parameter_exception(std::string(placement::kNoInstances));
  const placement::PlacementPlan placed = placement::plan_placement(snapshot, *wanted, call.prng());
  if (placed.too_costly)
    return model::ecs::invalid_parameter_exception(std::string(placement::kQueryTooCostly));

  RunTaskResponse response;
  response.tasks.emplace();
  response.failures.emplace();
  for (const auto& failed : placement::failures_of(placed))
    response.failures->push_back(failure(failed.arn, failed.reason, failed.detail));
  if (placed.placed.empty()) return response;

  auto transaction = new_transaction(call);
  transaction.expect(*input->definition);
  std::vector<std::string> ids;
  for (const std::size_t index : placed.placed) {
    auto task = domain::build_task(
        plan, *snapshot.instance(index).record, [&] { return call.new_hex(); }, call.now);
    ids.push_back(task.id);
    response.tasks->push_back(render_task(task, WithTags::yes));
    scheduling::add_task(transaction, std::move(task));
  }
  return {std::move(response), std::move(transaction), std::move(ids)};
}

}  // namespace

Decision<RunTaskResponse> run_task(const Call& call, const store::View& view, const RunTaskRequest& request) {
  const auto count = request.count.value_or(1);
  const auto count_max = call.deps.limits.tasks_per_run_task;
  if (count < 1 || count > count_max)
    return model::ecs::invalid_parameter_exception(
        fmt::format("count must be between 1 and {}, not {}.", count_max, count));
  if (auto error = refuse_what_is_not_here(request)) return *std::move(error);
  return decide(call, view, request);
}

std::optional<api::Toll> run_task_toll(const Call& call, const store::View& view,
                                       const RunTaskRequest& request) {
  const auto name = cluster_name(call, request.cluster);
  if (!name) return std::nullopt;
  auto key = store::cluster_key(call.realm, *name);
  const auto instances = static_cast<std::int32_t>(view.group(store::kPlaceableInstances, key).size());
  const double most = call.deps.limits.run_task_instances_per_second;
  return api::Toll{.bucket = "RunTask/" + std::move(key),
                   .per_second = most,
                   .burst = most,
                   .tokens = static_cast<double>(std::min(request.count.value_or(1), instances)),
                   .wait_max = kRunTaskWaitMax};
}

const RunTaskToken kRunTaskToken{
    .token = &RunTaskRequest::client_token, .scope = cluster_of_token<RunTaskRequest>, .again = answer_again};

}  // namespace berth::services::ecs
