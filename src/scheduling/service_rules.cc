#include "scheduling/service_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/arns.h"

namespace berth::scheduling {
namespace {

using domain::DeploymentState;
using domain::DeploymentStatus;
using domain::ServiceRecord;
using model::ecs::DeploymentRolloutState;

bool is_daemon(const ServiceRecord& service) {
  return service.scheduling_strategy == model::ecs::SchedulingStrategy::daemon;
}

bool percents_given(const ServiceRecord& service) {
  const auto& given = service.deployment_configuration;
  return given && (given->maximum_percent || given->minimum_healthy_percent);
}

void demote_primary(ServiceRecord& service, WallTime now) {
  if (auto* primary = primary_of(service)) {
    primary->status = DeploymentStatus::active;
    primary->updated_at = now;
  }
}

}  // namespace

void add_event(ServiceRecord& service, std::string id, WallTime now, std::string message,
               const domain::Limits& limits) {
  if (!service.events) service.events.emplace();
  model::ecs::ServiceEvent event;
  event.id = std::move(id);
  event.created_at = now;
  event.message = std::move(message);
  service.events->insert(service.events->begin(), std::move(event));
  const auto events_max = static_cast<std::size_t>(limits.events_per_service);
  if (service.events->size() > events_max) service.events->resize(events_max);
}

model::ecs::DeploymentConfiguration shown_configuration(const ServiceRecord& service, domain::Compat) {
  auto shown = service.deployment_configuration.value_or(model::ecs::DeploymentConfiguration());
  if (!shown.maximum_percent) shown.maximum_percent = is_daemon(service) ? 100 : 200;
  if (!shown.minimum_healthy_percent) shown.minimum_healthy_percent = is_daemon(service) ? 0 : 100;
  if (!shown.deployment_circuit_breaker) {
    shown.deployment_circuit_breaker.emplace();
    shown.deployment_circuit_breaker->enable = false;
    shown.deployment_circuit_breaker->rollback = false;
  }
  return shown;
}

DeploymentBounds bounds_of(const ServiceRecord& service, std::int64_t desired, domain::Compat compat) {
  if (compat == domain::Compat::guide_2015 && !percents_given(service) && !is_daemon(service))
    return {desired, desired + 1};
  const auto shown = shown_configuration(service, compat);
  return {(desired * *shown.minimum_healthy_percent + 99) / 100, desired * *shown.maximum_percent / 100};
}

std::int32_t breaker_threshold(std::int64_t desired) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>((desired + 1) / 2, 3, 200));
}

bool breaker_enabled(const ServiceRecord& service) {
  const auto& given = service.deployment_configuration;
  return given && given->deployment_circuit_breaker && given->deployment_circuit_breaker->enable;
}

bool breaker_rolls_back(const ServiceRecord& service) {
  return breaker_enabled(service) && service.deployment_configuration->deployment_circuit_breaker->rollback;
}

Duration retry_delay(std::int64_t failures, std::int64_t desired) {
  const std::int64_t rounds = failures / std::max<std::int64_t>(desired, 1);
  if (rounds < 2) return Duration::zero();
  const auto doublings = std::min<std::int64_t>(rounds - 2, 20);
  return std::min<Duration>(std::chrono::seconds(std::int64_t{1} << doublings), kRetryDelayMax);
}

const DeploymentState* primary_of(const ServiceRecord& service) {
  for (const auto& deployment : service.deployments)
    if (deployment.status == DeploymentStatus::primary) return &deployment;
  return nullptr;
}

DeploymentState* primary_of(ServiceRecord& service) {
  return const_cast<DeploymentState*>(primary_of(static_cast<const ServiceRecord&>(service)));
}

DeploymentState* find_deployment(ServiceRecord& service, std::string_view id) {
  for (auto& deployment : service.deployments)
    if (deployment.id == id) return &deployment;
  if (service.task_sets)
    for (auto& set : *service.task_sets)
      if (set.deployment.id == id) return &set.deployment;
  return nullptr;
}

std::string service_group(std::string_view service_name) {
  return fmt::format("service:{}", service_name);
}

std::string named_tasks(const std::vector<std::string>& ids) {
  std::string names;
  for (std::size_t i = 0; i < std::min(ids.size(), kTasksNamedMax); ++i)
    names += fmt::format("{}(task {})", i == 0 ? "" : " ", ids[i]);
  if (ids.size() > kTasksNamedMax) names += fmt::format(" and {} more", ids.size() - kTasksNamedMax);
  return names;
}

std::string event_subject(const ServiceRecord& service) {
  return fmt::format("(service {})", service.name);
}

DeploymentState& begin_deployment(ServiceRecord& service, const domain::TaskDefinitionRecord& definition,
                                  const DeploymentIds& ids, WallTime now) {
  demote_primary(service, now);
  DeploymentState deployment;
  deployment.id = fmt::format("ecs-svc/{:019}", ids.number % 10'000'000'000'000'000'000ULL);
  deployment.status = DeploymentStatus::primary;
  deployment.family = definition.family;
  deployment.revision = definition.revision;
  deployment.task_definition_arn =
      domain::task_definition_arn({service.account, service.region}, definition.family, definition.revision);
  deployment.launch_type = service.launch_type;
  deployment.platform_version = service.platform_version;
  deployment.desired_count = service.desired_count;
  deployment.rollout_state = DeploymentRolloutState::in_progress;
  deployment.rollout_state_reason = fmt::format("ECS deployment {} in progress.", deployment.id);
  deployment.created_at = deployment.updated_at = now;
  deployment.service_deployment_id = ids.service_deployment;
  deployment.service_revision_id = ids.service_revision;
  service.steady_since.reset();
  return *service.deployments.insert(service.deployments.begin(), std::move(deployment));
}

bool roll_back(ServiceRecord& service, std::string reason, std::string_view initiator, WallTime now) {
  auto* failed = primary_of(service);
  if (!service.last_completed || !failed || service.last_completed->id == failed->id) return false;
  DeploymentState target = *service.last_completed;
  if (const auto* still_there = find_deployment(service, target.id)) target = *still_there;
  failed->rollout_state = DeploymentRolloutState::failed;
  failed->rollout_state_reason = std::move(reason);
  demote_primary(service, now);
  std::erase_if(service.deployments, [&](const auto& deployment) { return deployment.id == target.id; });
  target.status = DeploymentStatus::primary;
  target.rollout_state = DeploymentRolloutState::in_progress;
  target.rollout_state_reason = fmt::format("{}: rolling back to deploymentId {}.", initiator, target.id);
  target.updated_at = now;
  target.desired_count = service.desired_count;
  target.failed_tasks = 0;
  target.last_failure_at.reset();
  target.next_start_at.reset();
  service.deployments.insert(service.deployments.begin(), std::move(target));
  service.steady_since.reset();
  return true;
}

std::string service_part_arn(const ServiceRecord& service, std::string_view type, std::string_view id) {
  return fmt::format("arn:aws:ecs:{}:{}:{}/{}/{}/{}", service.region, service.account, type, service.cluster,
                     service.name, id);
}

domain::ServiceDeploymentRecord service_deployment_record(const ServiceRecord& service,
                                                          const DeploymentState& deployment,
                                                          const DeploymentState* source,
                                                          domain::Compat compat) {
  domain::ServiceDeploymentRecord record;
  record.account = service.account;
  record.region = service.region;
  record.cluster = service.cluster;
  record.service = service.name;
  record.id = deployment.service_deployment_id.value_or("");
  auto& shown = record.deployment;
  shown.service_deployment_arn = service_part_arn(service, "service-deployment", record.id);
  shown.service_arn = service.arn;
  shown.cluster_arn = domain::cluster_arn({service.account, service.region}, service.cluster);
  shown.created_at = shown.started_at = shown.updated_at = deployment.created_at;
  shown.status = model::ecs::ServiceDeploymentStatus::in_progress;
  shown.deployment_configuration = shown_configuration(service, compat);
  shown.target_service_revision.emplace();
  shown.target_service_revision->arn =
      service_part_arn(service, "service-revision", deployment.service_revision_id.value_or(""));
  shown.target_service_revision->requested_task_count = service.desired_count;
  shown.source_service_revisions.emplace();
  if (source && source->service_revision_id) {
    model::ecs::ServiceRevisionSummary summary;
    summary.arn = service_part_arn(service, "service-revision", *source->service_revision_id);
    shown.source_service_revisions->push_back(std::move(summary));
  }
  using Monitors = model::ecs::ServiceDeploymentRollbackMonitorsStatus;
  shown.deployment_circuit_breaker.emplace();
  shown.deployment_circuit_breaker->status =
      breaker_enabled(service) ? Monitors::monitoring : Monitors::disabled;
  shown.deployment_circuit_breaker->failure_count = 0;
  shown.deployment_circuit_breaker->threshold = breaker_threshold(service.desired_count);
  return record;
}

domain::ServiceRevisionRecord service_revision_record(const ServiceRecord& service,
                                                      const DeploymentState& deployment,
                                                      const domain::TaskDefinitionRecord& definition) {
  domain::ServiceRevisionRecord record;
  record.account = service.account;
  record.region = service.region;
  record.cluster = service.cluster;
  record.service = service.name;
  record.id = deployment.service_revision_id.value_or("");
  auto& shown = record.revision;
  shown.service_revision_arn = service_part_arn(service, "service-revision", record.id);
  shown.service_arn = service.arn;
  shown.cluster_arn = domain::cluster_arn({service.account, service.region}, service.cluster);
  shown.task_definition = deployment.task_definition_arn;
  shown.launch_type = deployment.launch_type;
  shown.platform_version = deployment.platform_version;
  shown.created_at = deployment.created_at;
  shown.container_images.emplace();
  if (definition.definition.container_definitions)
    for (const auto& container : *definition.definition.container_definitions) {
      model::ecs::ContainerImage image;
      image.container_name = container.name;
      image.image = container.image;
      shown.container_images->push_back(std::move(image));
    }
  return record;
}

}  // namespace berth::scheduling
