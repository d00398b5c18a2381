#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/limits.h"
#include "domain/records.h"

namespace berth::domain {

/// Checks a RegisterTaskDefinition request as the API does: names, sizes, links, ports, volumes,
/// dependencies, health checks, log options (docs/api-rules.md has every rule with its words). Expressions of
/// placement constraints are checked by the caller. Pure.
/// Errors: `invalid`, in the API's words where they are known, else naming the container and the setting: a
///   ClientException.
Result<void> check_task_definition(const model::ecs::RegisterTaskDefinitionRequest& request,
                                   const Limits& limits);

/// The parts of the check, one file each.
Result<void> check_container(const model::ecs::RegisterTaskDefinitionRequest& request,
                             const model::ecs::ContainerDefinition& container, const Limits& limits);
Result<void> check_container_settings(const model::ecs::RegisterTaskDefinitionRequest& request,
                                      const model::ecs::ContainerDefinition& container);
Result<void> check_linux_parameters(const model::ecs::ContainerDefinition& container);
Result<void> check_log_configuration(const model::ecs::RegisterTaskDefinitionRequest& request,
                                     const model::ecs::ContainerDefinition& container);
Result<void> check_container_relations(const model::ecs::RegisterTaskDefinitionRequest& request);
Result<void> check_volumes(const model::ecs::RegisterTaskDefinitionRequest& request, const Limits& limits);
/// CPU and memory of the task against what its containers reserve.
Result<void> check_sizes(const model::ecs::RegisterTaskDefinitionRequest& request);
Result<void> check_fargate(const model::ecs::RegisterTaskDefinitionRequest& request);

/// Whether it can be the name or the ARN of a role; an empty one is none.
bool is_role(std::string_view text);
/// Whether `requiresCompatibilities` has it.
bool requires_compatibility(const model::ecs::RegisterTaskDefinitionRequest& request,
                            model::ecs::Compatibility wanted);
/// An image of Amazon ECR, public ones apart: ACCOUNT.dkr.ecr.REGION.amazonaws.com/…
bool is_ecr_image(std::string_view image);
/// "Invalid setting for container 'NAME'. WHAT"
Error invalid_setting(const model::ecs::ContainerDefinition& container, std::string_view what);

/// The definition as it is stored and echoed: defaults filled in, `compatibilities` and `requiresAttributes`
/// computed, sizes of the task as integers. Family, revision, ARN, status and times are the caller's. The
/// request must have passed the check.
model::ecs::TaskDefinition normalise_task_definition(
    const model::ecs::RegisterTaskDefinitionRequest& request);

/// Attributes an instance must have to run it, as ECS computes them (API: TaskDefinition.requiresAttributes;
/// what brings which is taken from definitions that people have published). A definition of the guide's
/// parameters alone needs none, as agents of 2015 register no attributes.
std::vector<std::string> required_attributes(const model::ecs::TaskDefinition& definition);

/// Why a plain host cannot run it (awsvpc, EFS, FSx, EBS, accelerators …); empty when it can.
std::string why_not_runnable(const model::ecs::TaskDefinition& definition);

}  // namespace berth::domain
