#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "domain/records.h"

// What handlers and the service scheduler both know of task sets: the parts of a service whose deployments
// are made from outside (deployment controller EXTERNAL). Pure.
namespace berth::scheduling {

bool is_external(const domain::ServiceRecord& service);

/// How many tasks the set shall have now: its scale of the service's desired count, rounded up; 0 for one
/// that is being deleted and for services that are.
std::int32_t computed_desired_count(const domain::ServiceRecord& service, const domain::TaskSetState& set);

/// A set by id or ARN; null when the service has none such.
const domain::TaskSetState* find_task_set(const domain::ServiceRecord& service, std::string_view id_or_arn);
domain::TaskSetState* find_task_set(domain::ServiceRecord& service, std::string_view id_or_arn);
std::string task_set_arn(const domain::ServiceRecord& service, const domain::TaskSetState& set);

/// Adds an ACTIVE set for `definition`; `number` makes its id, `ecs-svc/…`.
domain::TaskSetState& begin_task_set(domain::ServiceRecord& service,
                                     const domain::TaskDefinitionRecord& definition, std::uint64_t number,
                                     WallTime now);

}  // namespace berth::scheduling
