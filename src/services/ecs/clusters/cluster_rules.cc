#include "services/ecs/clusters/cluster_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/ecs/clusters/capacity_provider_rules.h"
#include "services/ecs/core/lookup.h"

namespace berth::services::ecs {

std::optional<wire::ApiError> check_cluster_settings(
    const std::optional<std::vector<model::ecs::ClusterSetting>>& settings) {
  if (!settings) return std::nullopt;
  for (const auto& setting : *settings) {
    if (!setting.name)
      return model::ecs::invalid_parameter_exception(
          "settings: each needs a name, such as containerInsights.");
    const std::string value = setting.value.value_or("");
    if (value != "enabled" && value != "disabled" && value != "enhanced")
      return model::ecs::invalid_parameter_exception(
          fmt::format("settings: value '{}' of {} should be one of [enabled, disabled, enhanced].", value,
                      to_string(*setting.name)));
  }
  return std::nullopt;
}

std::optional<wire::ApiError> check_cluster_configuration(
    const std::optional<model::ecs::ClusterConfiguration>& configuration) {
  if (!configuration || !configuration->execute_command_configuration) return std::nullopt;
  const auto& command = *configuration->execute_command_configuration;
  const bool overridden = command.logging == model::ecs::ExecuteCommandLogging::override;
  if (overridden && !command.log_configuration)
    return model::ecs::invalid_parameter_exception(
        "executeCommandConfiguration: logConfiguration is required when logging is OVERRIDE.");
  if (!overridden && command.log_configuration)
    return model::ecs::invalid_parameter_exception(
        "executeCommandConfiguration: logConfiguration is only allowed when logging is OVERRIDE.");
  return std::nullopt;
}

std::optional<wire::ApiError> check_capacity_providers(
    const Call& call, const store::View& view, const std::vector<std::string>& providers,
    const std::vector<model::ecs::CapacityProviderStrategyItem>& strategy) {
  for (const auto& provider : providers)
    if (!is_reserved_provider(provider_name(call, provider)) && !find_provider(call, view, provider))
      return model::ecs::invalid_parameter_exception(
          fmt::format("The specified capacity provider '{}' was not found. Specify a valid name or ARN in "
                      "capacityProviders and try again.",
                      provider));
  const auto names = provider_names(call, providers);
  int bases = 0;
  for (const auto& item : strategy) {
    if (std::find(names.begin(), names.end(), provider_name(call, item.capacity_provider)) == names.end())
      return model::ecs::invalid_parameter_exception(
          fmt::format("defaultCapacityProviderStrategy: '{}' is not one of the cluster's capacityProviders.",
                      item.capacity_provider));
    if (item.base.value_or(0) != 0) ++bases;
  }
  if (bases > 1)
    return model::ecs::invalid_parameter_exception(
        "defaultCapacityProviderStrategy: only one item may have a base.");
  return std::nullopt;
}

void expect_providers(const Call& call, const store::View& view, store::Transaction& transaction,
                      const std::vector<std::string>& providers) {
  for (const auto& provider : providers)
    if (const auto* found = find_provider(call, view, provider)) transaction.expect(*found);
}

std::vector<std::string> provider_names(const Call& call, const std::vector<std::string>& providers) {
  std::vector<std::string> names;
  names.reserve(providers.size());
  for (const auto& provider : providers) names.push_back(provider_name(call, provider));
  return names;
}

std::vector<model::ecs::CapacityProviderStrategyItem> normalise_strategy(
    std::vector<model::ecs::CapacityProviderStrategyItem> strategy) {
  for (auto& item : strategy) {
    item.weight = item.weight.value_or(0);
    item.base = item.base.value_or(0);
  }
  return strategy;
}

ApiResult<const store::Stored<domain::ClusterRecord>*> named_cluster(const Call& call,
                                                                     const store::View& view,
                                                                     const std::string& cluster) {
  // Elsewhere an empty name is `default`; what changes or deletes a cluster must say which.
  if (cluster.empty()) return model::ecs::invalid_parameter_exception("Cluster can not be blank.");
  auto name = cluster_name(call, cluster);
  if (!name) return name.take_error();
  const auto* found = view.find<domain::ClusterRecord>(store::cluster_key(call.realm, *name));
  if (!found) return cluster_not_found();
  return found;
}

ApiResult<const store::Stored<domain::ClusterRecord>*> named_active_cluster(const Call& call,
                                                                            const store::View& view,
                                                                            const std::string& cluster) {
  auto found = named_cluster(call, view, cluster);
  if (found && (*found)->record->status != domain::ClusterStatus::active) return cluster_not_found();
  return found;
}

}  // namespace berth::services::ecs
