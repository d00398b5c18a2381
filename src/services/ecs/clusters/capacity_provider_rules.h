#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ecs/types.h"
#include "services/ecs/core/call.h"

// Capacity providers are kept and answered, so that infrastructure tools can describe a cluster as they do at
// AWS. Nothing scales an Auto Scaling group: tasks go to the instances that are registered, and RunTask and
// CreateService refuse a capacity provider strategy.
namespace berth::services::ecs {

/// FARGATE and FARGATE_SPOT: they exist everywhere, and belong to AWS.
bool is_reserved_provider(std::string_view name);

/// The name in a name or an ARN of this account and region; empty when it can name none here.
std::string provider_name(const Call& call, std::string_view name_or_arn);

/// A provider that was made here; null when there is none of the name.
const store::Stored<domain::CapacityProviderRecord>* find_provider(const Call& call, const store::View& view,
                                                                   std::string_view name_or_arn);

/// As answers show it; `tags` only when they were asked for.
model::ecs::CapacityProvider render_provider(const domain::CapacityProviderRecord& record, bool tags);
model::ecs::CapacityProvider render_reserved_provider(const domain::Realm& realm, std::string_view name);
std::string provider_arn(const domain::Realm& realm, std::string_view name);

/// Takes `update` into `provider`; what neither names gets the API's defaults. Errors:
/// InvalidParameterException, naming the member.
std::optional<wire::ApiError> merge_provider(model::ecs::AutoScalingGroupProvider& provider,
                                             const model::ecs::AutoScalingGroupProviderUpdate& update);

/// The ACTIVE cluster that has the provider, if any; its name.
std::optional<std::string> cluster_with_provider(const Call& call, const store::View& view,
                                                 const std::string& name);

}  // namespace berth::services::ecs
