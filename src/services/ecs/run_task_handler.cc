#include <fmt/format.h>

#include "model/ecs/codec.h"
#include "placement/explain.h"
#include "placement/plan.h"
#include "scheduling/store_snapshot.h"
#include "scheduling/task_writes.h"
#include "services/core/decide.h"
#include "services/core/lookup.h"
#include "services/core/throttles.h"
#include "services/ecs/client_token.h"
#include "services/ecs/handlers.h"
#include "services/ecs/render.h"
#include "services/ecs/run_task_request.h"

namespace berth::services::ecs {
namespace {

using model::ecs::RunTaskRequest;
using model::ecs::RunTaskResponse;

std::optional<wire::ApiError> refuse_what_is_not_here(const RunTaskRequest& request) {
  if (request.launch_type && request.capacity_provider_strategy &&
      !request.capacity_provider_strategy->empty())
    return wire::invalid_parameter(std::string(kTwoKindsOfCapacity));
  if (request.launch_type == model::ecs::LaunchType::ec2 && !request.platform_version.value_or("").empty())
    return wire::invalid_parameter(std::string(kPlatformVersionOfEc2));
  if (request.launch_type && *request.launch_type != model::ecs::LaunchType::ec2 &&
      *request.launch_type != model::ecs::LaunchType::external)
    return wire::unsupported_feature(
        fmt::format("Launch type {} is not available here: use EC2 or leave launchType out.",
                    to_string(*request.launch_type)));
  if (request.capacity_provider_strategy && !request.capacity_provider_strategy->empty())
    return wire::unsupported_feature("capacityProviderStrategy is not available here: leave it out.");
  if (request.volume_configurations && !request.volume_configurations->empty())
    return wire::unsupported_feature("volumeConfigurations (EBS) are not available here: leave them out.");
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
  if (!wanted) return wire::invalid_parameter(wanted.error().message);
  wanted->count = request.count.value_or(1);
  return *std::move(wanted);
}

// The answer to a repeated call: the tasks as they are now.
RunTaskResponse answer_again(const Context& context, const store::View& view,
                             const domain::ClusterRecord& cluster, const std::vector<std::string>& ids) {
  RunTaskResponse response;
  response.tasks.emplace();
  response.failures.emplace();
  for (const auto& id : ids)
    if (const auto* task = find_task(context, view, cluster, id))
      response.tasks->push_back(render_task(*task->record, WithTags::yes));
  return response;
}

Decision<RunTaskResponse> decide(const Context& context, const store::View& view,
                                 const RunTaskRequest& request, const StartRequest& start,
                                 const std::string& fingerprint, Prng& prng, placement::QueryCache& queries) {
  auto input = prepare_start(context, view, start);
  if (!input) return input.take_error();
  auto token =
      use_client_token(context, view, request.client_token, "RunTask." + input->cluster->name, fingerprint);
  if (!token) return token.take_error();
  if (*token && (*token)->earlier) return answer_again(context, view, *input->cluster, *(*token)->earlier);

  const domain::TaskPlan plan = plan_of(*input, start);
  auto wanted = placement_of(request, plan, context.services.limits, queries);
  if (!wanted) return wanted.take_error();
  const scheduling::StoreSnapshot snapshot(view, context.realm, input->cluster->name);
  if (snapshot.size() == 0) return wire::invalid_parameter(std::string(placement::kNoInstances));
  const placement::PlacementPlan placed = placement::plan_placement(snapshot, *wanted, prng);
  if (placed.too_costly) return wire::invalid_parameter(std::string(placement::kQueryTooCostly));

  RunTaskResponse response;
  response.tasks.emplace();
  response.failures.emplace();
  for (const auto& failed : placement::failures_of(placed))
    response.failures->push_back(failure(failed.arn, failed.reason, failed.detail));
  if (placed.placed.empty()) return response;

  auto transaction = new_transaction(context);
  transaction.expect(*input->definition);
  std::vector<std::string> ids;
  for (const std::size_t index : placed.placed) {
    auto task = domain::build_task(
        plan, *snapshot.instance(index).record, [&] { return context.new_hex(); }, context.now);
    ids.push_back(task.id);
    response.tasks->push_back(render_task(task, WithTags::yes));
    scheduling::add_task(transaction, std::move(task));
  }
  if (*token) record_token(transaction, **std::move(token), std::move(ids));
  return {std::move(response), std::move(transaction)};
}

// The container instances that `count` tasks may be placed on, at most.
Async<std::int32_t> instances_touched(Context& context, std::string cluster_key, std::int32_t count) {
  const auto view = co_await context.read();
  const auto instances = view.group(store::kPlaceableInstances, cluster_key).size();
  co_return std::min(count, static_cast<std::int32_t>(instances));
}

}  // namespace

Async<ApiResult<RunTaskResponse>> run_task(Context& context, RunTaskRequest request) {
  const auto count = request.count.value_or(1);
  const auto count_max = context.services.limits.tasks_per_run_task;
  if (count < 1 || count > count_max)
    co_return wire::invalid_parameter(
        fmt::format("count must be between 1 and {}, not {}.", count_max, count));
  if (auto error = refuse_what_is_not_here(request)) co_return *std::move(error);
  const auto& services = context.services;
  if (services.throttles) {
    auto name = cluster_name(context, request.cluster);
    if (!name) co_return name.take_error();
    const auto key = store::cluster_key(context.realm, *name);
    const std::int32_t instances = co_await instances_touched(context, key, count);
    const auto wait =
        services.throttles->reserve_run_task(key, instances, services.runtime.clock().monotonic());
    if (!wait) co_return wire::throttling();
    if (*wait > Duration::zero()) co_await services.runtime.sleep(*wait);
  }
  const StartRequest start = start_request(request);
  RunTaskRequest without_token = request;
  without_token.client_token.reset();
  const std::string fingerprint = request.client_token ? model::encode_json(without_token) : std::string();
  Prng prng = context.services.runtime.fork_random();
  placement::QueryCache queries;
  std::function<Decision<RunTaskResponse>(const store::View&)> decider = [&](const store::View& view) {
    return decide(context, view, request, start, fingerprint, prng, queries);
  };
  co_return co_await decide_and_commit<RunTaskResponse>(context, std::move(decider));
}

}  // namespace berth::services::ecs
