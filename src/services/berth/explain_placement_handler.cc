#include <fmt/format.h>

#include <map>

#include "domain/task_definition.h"
#include "placement/plan.h"
#include "scheduling/task_writes.h"
#include "services/berth/instance_document.h"
#include "services/berth/operations.h"
#include "services/ecs/core/lookup.h"

namespace berth::services::control {
namespace {

using model::control::ExplainPlacementRequest;
using model::control::ExplainPlacementResponse;

constexpr std::int32_t kCountMax = 1000;

ApiResult<store::Ptr<domain::TaskDefinitionRecord>> definition_of(const Call& call, const store::View& view,
                                                                  const std::string& text) {
  const auto reference = parse_definition_reference(call, text);
  if (!reference) return model::ecs::client_exception(reference.error().message);
  const auto* found = find_definition(call, view, *reference);
  if (!found)
    return model::ecs::client_exception(
        fmt::format("TaskDefinition not found: there is no ACTIVE task definition {}.", text));
  if (found->record->status != domain::DefinitionStatus::active)
    return model::ecs::client_exception("TaskDefinition is inactive");
  const std::string reason = domain::why_not_runnable(found->record->definition);
  if (!reason.empty())
    return model::ecs::client_exception(fmt::format("The task definition cannot run here: {}.", reason));
  return found->record;
}

ApiResult<placement::PlacementRequest> wanted_of(const ExplainPlacementRequest& request,
                                                 const domain::TaskPlan& plan, const domain::Limits& limits) {
  std::vector<placement::RawConstraint> constraints;
  if (request.placement_constraints)
    for (const auto& rule : *request.placement_constraints)
      constraints.push_back({rule.type, rule.expression.value_or("")});
  std::vector<placement::RawStrategy> strategies;
  if (request.placement_strategy)
    for (const auto& rule : *request.placement_strategy)
      strategies.push_back({rule.type, rule.field.value_or("")});
  auto wanted = scheduling::placement_request(plan, constraints, strategies, limits);
  if (!wanted) return model::ecs::invalid_parameter_exception(wanted.error().message);
  wanted->count = request.count.value_or(1);
  return *std::move(wanted);
}

JsonArray placed_array(const ClusterSnapshot& snapshot, const placement::PlacementPlan& plan) {
  std::map<std::size_t, std::int64_t> tasks;
  for (const auto index : plan.placed) ++tasks[index];
  JsonArray array;
  for (const auto& [index, count] : tasks) {
    JsonObject one;
    one["containerInstanceArn"] = snapshot.at(index).arn;
    one["availabilityZone"] = placement::zone_of(snapshot.at(index));
    one["tasks"] = count;
    array.push_back(std::move(one));
  }
  return array;
}

JsonArray failure_array(const placement::PlacementPlan& plan) {
  JsonArray array;
  for (const auto& failure : placement::failures_of(plan)) {
    JsonObject one;
    one["arn"] = failure.arn;
    one["reason"] = failure.reason;
    one["detail"] = failure.detail;
    array.push_back(std::move(one));
  }
  return array;
}

ApiResult<JsonObject> document_of(const Call& call, const store::View& view,
                                  const ExplainPlacementRequest& request, Prng& prng) {
  auto cluster = find_active_cluster(call, view, request.cluster);
  if (!cluster) return cluster.take_error();
  auto definition = definition_of(call, view, request.task_definition);
  if (!definition) return definition.take_error();
  const domain::TaskPlan task{**cluster, **definition};
  auto wanted = wanted_of(request, task, call.deps.limits);
  if (!wanted) return wanted.take_error();
  const ClusterSnapshot snapshot(view, call.realm, (*cluster)->name);
  const auto plan = placement::plan_placement(snapshot, *wanted, prng);
  if (plan.too_costly)
    return model::ecs::invalid_parameter_exception(std::string(placement::kQueryTooCostly));

  JsonObject document;
  document["kind"] = "placement";
  document["at"] = time_value(call.now);
  document["cluster"] = (*cluster)->name;
  document["taskDefinition"] =
      domain::task_definition_arn(call.realm, (*definition)->family, (*definition)->revision);
  document["count"] = wanted->count;
  document["placed"] = placed_array(snapshot, plan);
  document["unplaced"] = plan.unplaced;
  document["unplacedBecause"] = placement::explain_unplaced(plan);
  document["failures"] = failure_array(plan);
  document["decision"] = decision_document(snapshot, *wanted, call.now);
  return document;
}

}  // namespace

Decision<ExplainPlacementResponse> explain_placement(const Call& call, const store::View& view,
                                                     const ExplainPlacementRequest& request) {
  const auto count = request.count.value_or(1);
  if (count < 1 || count > kCountMax)
    return model::ecs::invalid_parameter_exception(
        fmt::format("count must be between 1 and {}, not {}.", kCountMax, count));
  auto document = document_of(call, view, request, call.prng());
  if (!document) return document.take_error();
  ExplainPlacementResponse response;
  response.document = render_json(JsonValue(std::move(*document)));
  return response;
}

}  // namespace berth::services::control
