#include <fmt/format.h>

#include "domain/names.h"
#include "services/ecs/account/account_setting_table.h"
#include "services/ecs/clusters/cluster_rules.h"
#include "services/ecs/clusters/render_cluster.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using domain::ClusterRecord;
using model::ecs::CreateClusterRequest;
using model::ecs::CreateClusterResponse;

constexpr ClusterFields kFieldsOfCreated{.settings = true, .tags = true, .configurations = true};

std::optional<wire::ApiError> check(const Call& call, const CreateClusterRequest& request) {
  const auto characters_max = static_cast<std::size_t>(call.deps.limits.name_characters);
  if (request.cluster_name && !domain::is_name(*request.cluster_name, characters_max))
    return model::ecs::invalid_parameter_exception(fmt::format(
        "clusterName must have 1 to {} letters (uppercase and lowercase), numbers, underscores and "
        "hyphens.",
        characters_max));
  if (request.tags) {
    const auto tags =
        domain::check_tags(*request.tags, static_cast<std::size_t>(call.deps.limits.tags_per_resource));
    if (!tags) return model::ecs::invalid_parameter_exception(tags.error().message);
  }
  if (auto error = check_cluster_settings(request.settings)) return error;
  if (auto error = check_cluster_configuration(request.configuration)) return error;
  return std::nullopt;
}

using Strategy = std::vector<model::ecs::CapacityProviderStrategyItem>;

std::vector<model::ecs::ClusterSetting> settings_of(const Call& call, const store::View& view,
                                                    const CreateClusterRequest& request) {
  if (request.settings && !request.settings->empty()) return *request.settings;
  model::ecs::ClusterSetting insights;
  insights.name = model::ecs::ClusterSettingName::container_insights;
  insights.value = effective_setting(call, view, settings_principal(call, call.principal.arn),
                                     account_setting_rule(model::ecs::SettingName::container_insights));
  return {insights};
}

ClusterRecord new_cluster(const Call& call, const store::View& view, const CreateClusterRequest& request) {
  ClusterRecord record;
  record.account = call.realm.account;
  record.region = call.realm.region;
  record.name = request.cluster_name.value_or("default");
  record.generation = call.new_hex();
  record.status = domain::ClusterStatus::active;
  record.created_at = call.now;
  record.settings = settings_of(call, view, request);
  record.configuration = request.configuration;
  if (request.service_connect_defaults) {
    record.service_connect_defaults.emplace();
    record.service_connect_defaults->namespace_ = request.service_connect_defaults->namespace_;
  }
  if (request.capacity_providers)
    record.capacity_providers = provider_names(call, *request.capacity_providers);
  if (request.default_capacity_provider_strategy)
    record.default_capacity_provider_strategy =
        normalise_strategy(*request.default_capacity_provider_strategy);
  record.tags = request.tags;
  return record;
}

Decision<CreateClusterResponse> decide(const Call& call, const store::View& view,
                                       const CreateClusterRequest& request) {
  const auto key = store::cluster_key(call.realm, request.cluster_name.value_or("default"));
  const auto* found = view.find<ClusterRecord>(key);
  CreateClusterResponse response;
  if (found && found->record->status == domain::ClusterStatus::active) {
    response.cluster = render_cluster(view, *found->record, kFieldsOfCreated);
    return response;
  }
  const auto clusters_max = static_cast<std::size_t>(call.deps.limits.clusters_per_region);
  if (view.group(store::kActiveClusters, store::realm_key(call.realm)).size() >= clusters_max)
    return model::ecs::client_exception(
        fmt::format("The limit of {} clusters in a region is reached.", clusters_max));
  const auto providers = request.capacity_providers.value_or(std::vector<std::string>());
  if (auto error = check_capacity_providers(call, view, providers,
                                            request.default_capacity_provider_strategy.value_or(Strategy())))
    return *std::move(error);
  ClusterRecord record = new_cluster(call, view, request);
  response.cluster = render_cluster(view, record, kFieldsOfCreated);
  auto transaction = new_transaction(call);
  if (found)
    transaction.expect(*found);
  else
    transaction.expect_absent<ClusterRecord>(key);
  expect_providers(call, view, transaction, providers);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

}  // namespace

Decision<CreateClusterResponse> create_cluster(const Call& call, const store::View& view,
                                               const CreateClusterRequest& request) {
  if (auto error = check(call, request)) return *std::move(error);
  return decide(call, view, request);
}

}  // namespace berth::services::ecs
