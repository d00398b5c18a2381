#include "controllers/service/placer.h"

#include <fmt/format.h>

#include "domain/build_task.h"
#include "placement/explain.h"
#include "placement/plan.h"
#include "placement/predicates.h"
#include "scheduling/service_rules.h"
#include "scheduling/store_snapshot.h"
#include "scheduling/task_sets.h"
#include "scheduling/task_writes.h"

namespace berth::controllers::service {
namespace {

using model::ecs::PropagateTags;
using model::ecs::Tag;

void add_tag(std::vector<Tag>& tags, std::string key, std::string value) {
  for (const auto& have : tags)
    if (have.key == key) return;
  Tag tag;
  tag.key = std::move(key);
  tag.value = std::move(value);
  tags.push_back(std::move(tag));
}

std::vector<Tag> tags_of(const domain::ServiceRecord& service,
                         const domain::TaskDefinitionRecord& definition) {
  std::vector<Tag> tags;
  if (service.propagate_tags == PropagateTags::service && service.tags) tags = *service.tags;
  if (service.propagate_tags == PropagateTags::task_definition && definition.tags) tags = *definition.tags;
  if (service.enable_ecs_managed_tags) {
    add_tag(tags, "aws:ecs:clusterName", service.cluster);
    add_tag(tags, "aws:ecs:serviceName", service.name);
  }
  return tags;
}

domain::TaskPlan task_plan(const domain::ServiceRecord& service, const domain::DeploymentState& deployment,
                           const domain::ClusterRecord& cluster,
                           const domain::TaskDefinitionRecord& definition) {
  domain::TaskPlan plan{cluster, definition};
  plan.group = scheduling::service_group(service.name);
  plan.started_by = deployment.id;
  plan.tags = tags_of(service, definition);
  if (const auto& type = deployment.launch_type ? deployment.launch_type : service.launch_type)
    plan.launch_type = *type;
  plan.enable_execute_command = service.enable_execute_command;
  plan.service_name = service.name;
  plan.deployment_id = deployment.id;
  plan.arn_form = service.short_task_arns ? domain::ArnForm::short_ : domain::ArnForm::long_;
  return plan;
}

// Everything that one call places from.
struct Placing {
  const domain::TaskPlan& plan;
  const placement::PlacementRequest& request;
  const scheduling::StoreSnapshot& snapshot;
  const std::function<std::string()>& new_id;
  WallTime now;
};

void add(Placed& placed, const Placing& placing, std::size_t index) {
  placed.tasks.push_back(domain::build_task(placing.plan, *placing.snapshot.instance(index).record,
                                            placing.new_id, placing.now));
}

void place_anywhere(Placed& placed, const Placing& placing, Prng& prng) {
  const auto found = placement::plan_placement(placing.snapshot, placing.request, prng);
  for (const std::size_t index : found.placed) add(placed, placing, index);
  placed.all = found.unplaced == 0;
  if (found.too_costly) {
    placed = {{}, false, {fmt::format("Reason: {}", placement::kQueryTooCostly), {}}};
    return;
  }
  if (!placed.all) placed.why_not = {placement::closest_match(found), placement::explain_unplaced(found)};
}

// DAEMON: each task on its instance.
void place_there(Placed& placed, const Placing& placing, const std::vector<std::string>& hosts) {
  for (const auto& host : hosts) {
    const auto index = placing.snapshot.find(host);
    if (!index) continue;
    const auto reasons = placement::check_instance(placing.snapshot, *index, placing.request);
    if (reasons.empty()) {
      add(placed, placing, *index);
      continue;
    }
    const auto& instance = *placing.snapshot.instance(*index).record;
    if (placed.all)
      placed.why_not = {
          placement::closest_match(instance.arn, reasons),
          fmt::format("Container instance {}: {}.", instance.id, placement::render_details(reasons))};
    placed.all = false;
  }
}

}  // namespace

Placed place_tasks(const PlaceContext& context, const domain::ServiceRecord& service, const ServicePlan& plan,
                   Prng& prng) {
  Placed placed;
  const store::View& view = context.view;
  const auto* deployment = scheduling::primary_of(service);
  if (const auto* set = scheduling::find_task_set(service, plan.start_task_set))
    deployment = &set->deployment;
  const auto* definition = deployment ? definition_of(view, service, *deployment) : nullptr;
  const domain::Realm realm{service.account, service.region};
  const auto* cluster = view.find<domain::ClusterRecord>(store::cluster_key(realm, service.cluster));
  if (!definition || !cluster)
    return {{}, false, {"Reason: Its task definition does not exist any more.", {}}};
  const auto task = task_plan(service, *deployment, *cluster->record, *definition->record);
  auto request =
      scheduling::placement_request(task, raw_constraints(service), raw_strategies(service), context.limits);
  if (!request) return {{}, false, {"Reason: " + request.error().message, {}}};
  request->count = plan.starts;
  request->default_strategy = placement::DefaultStrategy::zones_then_hosts;
  const scheduling::StoreSnapshot snapshot(view, realm, service.cluster);
  const Placing placing{task, *request, snapshot, context.new_id, context.now};
  if (snapshot.size() == 0) return {{}, false, {placement::closest_match({}), {}}};
  if (service.scheduling_strategy == model::ecs::SchedulingStrategy::daemon)
    place_there(placed, placing, plan.start_hosts);
  else
    place_anywhere(placed, placing, prng);
  return placed;
}

}  // namespace berth::controllers::service
