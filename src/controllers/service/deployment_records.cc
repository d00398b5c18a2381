#include "controllers/service/deployment_records.h"

#include "scheduling/service_rules.h"

namespace berth::controllers::service {
namespace {

using domain::DeploymentState;
using domain::ServiceDeploymentRecord;
using domain::ServiceRecord;
using model::ecs::DeploymentRolloutState;
using model::ecs::ServiceDeploymentStatus;
using Monitors = model::ecs::ServiceDeploymentRollbackMonitorsStatus;

/// Rollouts that one completion ends.
constexpr int kEndedMax = 5;
constexpr std::string_view kSuperseded = "Superseded by a newer service deployment.";

const DeploymentState* find(const ServiceRecord& service, const std::string& id) {
  for (const auto& deployment : service.deployments)
    if (deployment.id == id) return &deployment;
  return nullptr;
}

std::string key_of(const ServiceRecord& service, const DeploymentState& deployment) {
  return store::service_part_key({service.account, service.region}, service.cluster, service.name,
                                 deployment.service_deployment_id.value_or(""));
}

void finish(ServiceDeploymentRecord& record, ServiceDeploymentStatus status, WallTime now) {
  record.deployment.status = status;
  record.deployment.finished_at = record.deployment.updated_at = now;
  auto& breaker = record.deployment.deployment_circuit_breaker;
  if (breaker && breaker->status == Monitors::monitoring) breaker->status = Monitors::monitoring_complete;
}

bool goes_back_to(const ServiceDeploymentRecord& record, const ServiceRecord& service,
                  const DeploymentState& primary) {
  const auto& rollback = record.deployment.rollback;
  return rollback && rollback->service_revision_arn ==
                         scheduling::service_part_arn(service, "service-revision",
                                                      primary.service_revision_id.value_or(""));
}

// The PRIMARY deployment is complete: so is its rollout, or the rollback to it; rollouts before it are over.
void complete(store::Transaction& transaction, const store::View& view, const ServiceRecord& service,
              const DeploymentState& primary, WallTime now) {
  int ended = 0;
  const auto group =
      view.group(store::kServiceDeploymentsByService, store::Schema<ServiceRecord>::key(service));
  for (const auto& [sort, stored] : group) {
    const auto status = stored->record->deployment.status;
    ServiceDeploymentRecord record = *stored->record;
    if (status == ServiceDeploymentStatus::rollback_in_progress && goes_back_to(record, service, primary)) {
      finish(record, ServiceDeploymentStatus::rollback_successful, now);
    } else if (status == ServiceDeploymentStatus::rollback_in_progress) {
      finish(record, ServiceDeploymentStatus::rollback_failed, now);
      record.deployment.status_reason = std::string(kSuperseded);
    } else if (status == ServiceDeploymentStatus::in_progress && record.id == primary.service_deployment_id) {
      finish(record, ServiceDeploymentStatus::successful, now);
    } else if (status == ServiceDeploymentStatus::in_progress) {
      finish(record, ServiceDeploymentStatus::stopped, now);
      record.deployment.stopped_at = now;
      record.deployment.status_reason = std::string(kSuperseded);
    } else {
      continue;
    }
    transaction.expect(*stored);
    transaction.put(std::move(record));
    if (++ended == kEndedMax) return;
  }
}

// What was to be gone back to fails in its turn: so does the rollback; its own rollout was a success once.
void fail_rollback(store::Transaction& transaction, const store::View& view, const ServiceRecord& service,
                   const DeploymentState& failed, WallTime now) {
  const auto group =
      view.group(store::kServiceDeploymentsByService, store::Schema<ServiceRecord>::key(service));
  for (const auto& [sort, stored] : group) {
    if (stored->record->deployment.status != ServiceDeploymentStatus::rollback_in_progress) continue;
    ServiceDeploymentRecord record = *stored->record;
    finish(record, ServiceDeploymentStatus::rollback_failed, now);
    record.deployment.status_reason = failed.rollout_state_reason;
    transaction.expect(*stored);
    transaction.put(std::move(record));
    return;
  }
}

void fail(store::Transaction& transaction, const store::View& view, const ServiceRecord& service,
          const DeploymentState& failed, WallTime now) {
  const auto* stored = view.find<ServiceDeploymentRecord>(key_of(service, failed));
  if (!stored || stored->record->deployment.status != ServiceDeploymentStatus::in_progress)
    return fail_rollback(transaction, view, service, failed, now);
  ServiceDeploymentRecord record = *stored->record;
  auto& shown = record.deployment;
  shown.updated_at = now;
  shown.status_reason = failed.rollout_state_reason;
  if (shown.deployment_circuit_breaker) {
    shown.deployment_circuit_breaker->status = Monitors::triggered;
    shown.deployment_circuit_breaker->failure_count = failed.failed_tasks;
  }
  const auto* primary = scheduling::primary_of(service);
  if (primary && primary->id != failed.id) {
    shown.status = ServiceDeploymentStatus::rollback_in_progress;
    shown.rollback.emplace();
    shown.rollback->reason = failed.rollout_state_reason;
    shown.rollback->started_at = now;
    shown.rollback->service_revision_arn =
        scheduling::service_part_arn(service, "service-revision", primary->service_revision_id.value_or(""));
  } else {
    shown.status = ServiceDeploymentStatus::stopped;
    shown.stopped_at = shown.finished_at = now;
  }
  transaction.expect(*stored);
  transaction.put(std::move(record));
}

}  // namespace

void reflect_deployments(store::Transaction& transaction, const store::View& view,
                         const ServiceRecord& before, const ServiceRecord& after, WallTime now) {
  for (const auto& deployment : after.deployments) {
    const auto* earlier = find(before, deployment.id);
    if (earlier && earlier->rollout_state == deployment.rollout_state) continue;
    if (deployment.rollout_state == DeploymentRolloutState::completed)
      complete(transaction, view, after, deployment, now);
    if (deployment.rollout_state == DeploymentRolloutState::failed)
      fail(transaction, view, after, deployment, now);
  }
}

}  // namespace berth::controllers::service
