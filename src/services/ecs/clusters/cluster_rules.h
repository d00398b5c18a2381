#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/ecs/types.h"
#include "services/ecs/core/call.h"

namespace berth::services::ecs {

/// Checks of the members that CreateCluster, UpdateCluster and PutClusterCapacityProviders share. Each
/// answers an InvalidParameterException that names the member, or nothing.
std::optional<wire::ApiError> check_cluster_settings(
    const std::optional<std::vector<model::ecs::ClusterSetting>>& settings);
std::optional<wire::ApiError> check_cluster_configuration(
    const std::optional<model::ecs::ClusterConfiguration>& configuration);
/// The providers exist, and the strategy uses only what the cluster has, at most one item with a base.
std::optional<wire::ApiError> check_capacity_providers(
    const Call& call, const store::View& view, const std::vector<std::string>& providers,
    const std::vector<model::ecs::CapacityProviderStrategyItem>& strategy);
/// Makes a transaction lose the race against the deletion of one of the providers.
void expect_providers(const Call& call, const store::View& view, store::Transaction& transaction,
                      const std::vector<std::string>& providers);
/// The names, where ARNs were given.
std::vector<std::string> provider_names(const Call& call, const std::vector<std::string>& providers);

/// As answers show it: weight and base are numbers always.
std::vector<model::ecs::CapacityProviderStrategyItem> normalise_strategy(
    std::vector<model::ecs::CapacityProviderStrategyItem> strategy);

/// The cluster of a request that must name one, ACTIVE or not.
/// Errors: ClusterNotFoundException; InvalidParameterException.
ApiResult<const store::Stored<domain::ClusterRecord>*> named_cluster(const Call& call,
                                                                     const store::View& view,
                                                                     const std::string& cluster);
/// As above; an INACTIVE one is ClusterNotFoundException.
ApiResult<const store::Stored<domain::ClusterRecord>*> named_active_cluster(const Call& call,
                                                                            const store::View& view,
                                                                            const std::string& cluster);

}  // namespace berth::services::ecs
