#pragma once
#include <string>
#include <vector>

#include "model/ecs/errors.h"

// Errors of ECS that say more than a message, or always the same: the texts are AWS's.
namespace berth::services::ecs {

model::ApiError cluster_not_found();
model::ApiError service_not_found();
model::ApiError service_not_active();
model::ApiError cluster_contains_container_instances();
model::ApiError cluster_contains_services();
model::ApiError cluster_contains_tasks();
/// A client token that was used with other parameters, or a resource in the way.
model::ApiError conflict_exception(std::string message, std::vector<std::string> resource_ids);

}  // namespace berth::services::ecs
