#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/limits.h"
#include "domain/records.h"

namespace berth::domain {

/// Checks a RegisterTaskDefinition request as the API does: names, sizes, links, ports, volumes,
/// dependencies, health checks. Expressions of placement constraints are checked by the caller. Pure. Errors:
/// `invalid`, in the API's words, naming the container and the setting: a ClientException.
Result<void> check_task_definition(const model::ecs::RegisterTaskDefinitionRequest& request,
                                   const Limits& limits);

/// The parts of the check, one file each.
Result<void> check_container(const model::ecs::RegisterTaskDefinitionRequest& request,
                             const model::ecs::ContainerDefinition& container);
Result<void> check_container_relations(const model::ecs::RegisterTaskDefinitionRequest& request);
Result<void> check_fargate(const model::ecs::RegisterTaskDefinitionRequest& request);

/// The definition as it is stored and echoed: defaults filled in, `compatibilities` and `requiresAttributes`
/// computed. Family, revision, ARN, status and times are the caller's.
model::ecs::TaskDefinition normalise_task_definition(
    const model::ecs::RegisterTaskDefinitionRequest& request);

/// Attributes an instance must have to run it (API: TaskDefinition.requiresAttributes). A definition of the
/// guide's parameters alone needs none, as agents of 2015 register no attributes.
std::vector<std::string> required_attributes(const model::ecs::TaskDefinition& definition);

/// Why a plain host cannot run it (awsvpc, EFS, FSx, EBS, accelerators …); empty when it can.
std::string why_not_runnable(const model::ecs::TaskDefinition& definition);

}  // namespace berth::domain
