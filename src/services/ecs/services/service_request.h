#pragma once
#include <optional>

#include "model/ecs/types.h"
#include "services/ecs/core/call.h"

namespace berth::services::ecs {

/// A list that is there and not empty.
template <class List>
bool given(const std::optional<List>& list) {
  return list && !list->empty();
}

/// What CreateService and UpdateService refuse because it is not here (UnsupportedFeatureException), each
/// naming the member: load balancers, registries, capacity providers, Service Connect, volumes, VPC Lattice,
/// the controller CODE_DEPLOY.
std::optional<wire::ApiError> refuse_what_services_lack(const model::ecs::CreateServiceRequest& request);
std::optional<wire::ApiError> refuse_what_services_lack(const model::ecs::UpdateServiceRequest& request);

/// What CreateService refuses for the deployment controller EXTERNAL, because task sets say it.
std::optional<wire::ApiError> refuse_for_task_sets(const model::ecs::CreateServiceRequest& request);

/// Checks the members of a service as it would be, in the API's words: counts, percentages, constraints,
/// strategies.
/// Errors: InvalidParameterException, UnsupportedFeatureException.
std::optional<wire::ApiError> check_service(const Call& call, const domain::ServiceRecord& service);

}  // namespace berth::services::ecs
