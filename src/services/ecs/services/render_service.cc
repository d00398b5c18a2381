#include <map>

#include "domain/arns.h"
#include "scheduling/service_rules.h"
#include "scheduling/task_sets.h"
#include "services/ecs/services/service_lookup.h"

namespace berth::services::ecs {
namespace {

using domain::ServiceRecord;
using domain::ServiceStatus;
using domain::TaskStatus;

struct Counts {
  std::int32_t running = 0;
  std::int32_t pending = 0;
};

// By deployment. A task that is to stop counts for neither, as its status at AWS would be DEACTIVATING or
// beyond.
std::map<std::string, Counts> count_tasks_of(const store::View& view, const ServiceRecord& service) {
  std::map<std::string, Counts> counts;
  const auto key = store::service_key({service.account, service.region}, service.cluster, service.name);
  for (const auto& [sort, task] : view.group(store::kTasksByService, key)) {
    if (task->record->desired_status != TaskStatus::running) continue;
    Counts& count = counts[task->record->deployment_id.value_or("")];
    (task->record->last_status == TaskStatus::running ? count.running : count.pending) += 1;
  }
  return counts;
}

model::ecs::Deployment render_deployment(const domain::DeploymentState& state, const Counts& counts) {
  model::ecs::Deployment shown;
  shown.id = state.id;
  shown.status = std::string(to_string(state.status));
  shown.task_definition = state.task_definition_arn;
  shown.desired_count = state.desired_count;
  shown.pending_count = counts.pending;
  shown.running_count = counts.running;
  shown.failed_tasks = state.failed_tasks;
  shown.created_at = state.created_at;
  shown.updated_at = state.updated_at;
  shown.launch_type = state.launch_type.value_or(model::ecs::LaunchType::ec2);
  shown.platform_version = state.platform_version;
  shown.rollout_state = state.rollout_state;
  shown.rollout_state_reason = state.rollout_state_reason;
  return shown;
}

// What was asked for: its settings.
void render_settings(const Call& call, const ServiceRecord& service, model::ecs::Service& shown) {
  shown.load_balancers.emplace();
  shown.service_registries.emplace();
  const bool external = scheduling::is_external(service);
  if (!external) shown.launch_type = service.launch_type.value_or(model::ecs::LaunchType::ec2);
  shown.platform_version = service.platform_version;
  shown.deployment_configuration = scheduling::shown_configuration(service, call.deps.compat);
  shown.placement_constraints =
      service.placement_constraints.value_or(std::vector<model::ecs::PlacementConstraint>());
  shown.placement_strategy =
      service.placement_strategy.value_or(std::vector<model::ecs::PlacementStrategy>());
  shown.health_check_grace_period_seconds = service.health_check_grace_period_seconds;
  shown.scheduling_strategy = service.scheduling_strategy;
  shown.deployment_controller.emplace();
  shown.deployment_controller->type =
      service.deployment_controller.value_or(model::ecs::DeploymentControllerType::ecs);
  shown.created_by = service.created_by;
  shown.enable_ecs_managed_tags = service.enable_ecs_managed_tags;
  shown.propagate_tags = service.propagate_tags.value_or(model::ecs::PropagateTags::none);
  shown.enable_execute_command = service.enable_execute_command;
  shown.availability_zone_rebalancing =
      service.availability_zone_rebalancing.value_or(model::ecs::AvailabilityZoneRebalancing::disabled);
}

void render_revision(const ServiceRecord& service, const domain::DeploymentState& deployment,
                     const Counts& counts, model::ecs::Service& shown) {
  if (!deployment.service_revision_id) return;
  model::ecs::ServiceCurrentRevisionSummary summary;
  summary.arn = scheduling::service_part_arn(service, "service-revision", *deployment.service_revision_id);
  summary.requested_task_count = deployment.desired_count;
  summary.running_task_count = counts.running;
  summary.pending_task_count = counts.pending;
  if (!shown.current_service_revisions) shown.current_service_revisions.emplace();
  shown.current_service_revisions->push_back(std::move(summary));
}

// Steady: as many tasks run as shall, and nothing is under way.
model::ecs::TaskSet show_set(const ServiceRecord& service, const domain::TaskSetState& set,
                             const Counts& counts, ServiceTags tags) {
  const auto& deployment = set.deployment;
  const std::int32_t desired = scheduling::computed_desired_count(service, set);
  model::ecs::TaskSet shown;
  shown.id = deployment.id;
  shown.task_set_arn = scheduling::task_set_arn(service, set);
  shown.service_arn = service.arn;
  shown.cluster_arn = domain::cluster_arn({service.account, service.region}, service.cluster);
  shown.external_id = set.external_id;
  shown.status = set.draining ? "DRAINING" : std::string(to_string(deployment.status));
  shown.task_definition = deployment.task_definition_arn;
  shown.computed_desired_count = desired;
  shown.pending_count = counts.pending;
  shown.running_count = counts.running;
  shown.created_at = deployment.created_at;
  shown.updated_at = deployment.updated_at;
  shown.launch_type = deployment.launch_type;
  shown.platform_version = deployment.platform_version;
  shown.load_balancers.emplace();
  shown.service_registries.emplace();
  shown.capacity_provider_strategy.emplace();
  shown.scale = set.scale;
  const bool steady = counts.running == desired && counts.pending == 0;
  shown.stability_status =
      steady ? model::ecs::StabilityStatus::steady_state : model::ecs::StabilityStatus::stabilizing;
  shown.stability_status_at = set.stability_changed_at.value_or(deployment.updated_at);
  shown.tags.emplace();
  if (tags == ServiceTags::yes && set.tags) shown.tags = set.tags;
  return shown;
}

}  // namespace

model::ecs::TaskSet render_task_set(const store::View& view, const ServiceRecord& service,
                                    const domain::TaskSetState& set, ServiceTags tags) {
  return show_set(service, set, count_tasks_of(view, service)[set.deployment.id], tags);
}

model::ecs::Service render_service(const Call& call, const store::View& view, const ServiceRecord& service,
                                   ServiceTags tags) {
  model::ecs::Service shown;
  shown.service_arn = service.arn;
  shown.service_name = service.name;
  shown.cluster_arn = domain::cluster_arn({service.account, service.region}, service.cluster);
  shown.status = std::string(to_string(service.status));
  shown.desired_count = service.desired_count;
  shown.running_count = 0;
  shown.pending_count = 0;
  render_settings(call, service, shown);
  const auto counts = count_tasks_of(view, service);
  for (const auto& [deployment, count] : counts) {
    *shown.running_count += count.running;
    *shown.pending_count += count.pending;
  }
  shown.deployments.emplace();
  for (const auto& deployment : service.deployments) {
    const auto found = counts.find(deployment.id);
    const Counts count = found == counts.end() ? Counts() : found->second;
    const bool primary = deployment.status == domain::DeploymentStatus::primary;
    if (primary) shown.task_definition = deployment.task_definition_arn;
    if (service.status == ServiceStatus::inactive) continue;
    shown.deployments->push_back(render_deployment(deployment, count));
    render_revision(service, deployment, count, shown);
    if (primary && deployment.service_deployment_id)
      shown.current_service_deployment =
          scheduling::service_part_arn(service, "service-deployment", *deployment.service_deployment_id);
  }
  if (service.task_sets && service.status != ServiceStatus::inactive)
    for (const auto& set : *service.task_sets) {
      const auto found = counts.find(set.deployment.id);
      if (!shown.task_sets) shown.task_sets.emplace();
      shown.task_sets->push_back(
          show_set(service, set, found == counts.end() ? Counts() : found->second, tags));
      if (set.deployment.status == domain::DeploymentStatus::primary)
        shown.task_definition = set.deployment.task_definition_arn;
    }
  shown.events = service.events.value_or(std::vector<model::ecs::ServiceEvent>());
  shown.created_at = service.created_at;
  if (tags == ServiceTags::yes) shown.tags = service.tags.value_or(std::vector<model::ecs::Tag>());
  return shown;
}

}  // namespace berth::services::ecs
