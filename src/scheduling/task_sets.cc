#include "scheduling/task_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "domain/arns.h"
#include "scheduling/service_rules.h"

namespace berth::scheduling {

using domain::ServiceRecord;
using domain::TaskSetState;

bool is_external(const ServiceRecord& service) {
  return service.deployment_controller == model::ecs::DeploymentControllerType::external;
}

std::int32_t computed_desired_count(const ServiceRecord& service, const TaskSetState& set) {
  if (set.draining || service.status != domain::ServiceStatus::active) return 0;
  const double percent = set.scale ? set.scale->value.value_or(0) : 0;
  return static_cast<std::int32_t>(std::ceil(service.desired_count * percent / 100));
}

const TaskSetState* find_task_set(const ServiceRecord& service, std::string_view id_or_arn) {
  if (!service.task_sets) return nullptr;
  for (const auto& set : *service.task_sets)
    if (set.deployment.id == id_or_arn || task_set_arn(service, set) == id_or_arn) return &set;
  return nullptr;
}

TaskSetState* find_task_set(ServiceRecord& service, std::string_view id_or_arn) {
  return const_cast<TaskSetState*>(find_task_set(static_cast<const ServiceRecord&>(service), id_or_arn));
}

std::string task_set_arn(const ServiceRecord& service, const TaskSetState& set) {
  return service_part_arn(service, "task-set", set.deployment.id);
}

TaskSetState& begin_task_set(ServiceRecord& service, const domain::TaskDefinitionRecord& definition,
                             std::uint64_t number, WallTime now) {
  TaskSetState set;
  auto& deployment = set.deployment;
  deployment.id = fmt::format("ecs-svc/{:019}", number % 10'000'000'000'000'000'000ULL);
  deployment.status = domain::DeploymentStatus::active;
  deployment.family = definition.family;
  deployment.revision = definition.revision;
  deployment.task_definition_arn =
      domain::task_definition_arn({service.account, service.region}, definition.family, definition.revision);
  // A set has no rollout; what the scheduler asks of one is answered as of one that is through.
  deployment.rollout_state = model::ecs::DeploymentRolloutState::completed;
  deployment.created_at = deployment.updated_at = now;
  if (!service.task_sets) service.task_sets.emplace();
  return service.task_sets->emplace_back(std::move(set));
}

}  // namespace berth::scheduling
