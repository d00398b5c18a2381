#include <fmt/format.h>

#include "domain/names.h"
#include "services/core/decide.h"
#include "services/ecs/account_setting_table.h"
#include "services/ecs/cluster_rules.h"
#include "services/ecs/handlers.h"
#include "services/ecs/render.h"

namespace berth::services::ecs {
namespace {

using domain::ClusterRecord;
using model::ecs::CreateClusterRequest;
using model::ecs::CreateClusterResponse;

constexpr ClusterFields kFieldsOfCreated{.settings = true, .tags = true, .configurations = true};

std::optional<wire::ApiError> check(const Context& context, const CreateClusterRequest& request) {
  const auto characters_max = static_cast<std::size_t>(context.services.limits.name_characters);
  if (request.cluster_name && !domain::is_name(*request.cluster_name, characters_max))
    return wire::invalid_parameter(fmt::format(
        "clusterName must have 1 to {} letters (uppercase and lowercase), numbers, underscores and "
        "hyphens.",
        characters_max));
  if (request.tags) {
    const auto tags = domain::check_tags(*request.tags,
                                         static_cast<std::size_t>(context.services.limits.tags_per_resource));
    if (!tags) return wire::invalid_parameter(tags.error().message);
  }
  if (auto error = check_cluster_settings(request.settings)) return error;
  if (auto error = check_cluster_configuration(request.configuration)) return error;
  return std::nullopt;
}

using Strategy = std::vector<model::ecs::CapacityProviderStrategyItem>;

std::vector<model::ecs::ClusterSetting> settings_of(const Context& context, const store::View& view,
                                                    const CreateClusterRequest& request) {
  if (request.settings && !request.settings->empty()) return *request.settings;
  model::ecs::ClusterSetting insights;
  insights.name = model::ecs::ClusterSettingName::container_insights;
  insights.value = effective_setting(context, view, settings_principal(context, context.principal.arn),
                                     account_setting_rule(model::ecs::SettingName::container_insights));
  return {insights};
}

ClusterRecord new_cluster(const Context& context, const store::View& view,
                          const CreateClusterRequest& request) {
  ClusterRecord record;
  record.account = context.realm.account;
  record.region = context.realm.region;
  record.name = request.cluster_name.value_or("default");
  record.generation = context.new_hex();
  record.status = domain::ClusterStatus::active;
  record.created_at = context.now;
  record.settings = settings_of(context, view, request);
  record.configuration = request.configuration;
  if (request.service_connect_defaults) {
    record.service_connect_defaults.emplace();
    record.service_connect_defaults->namespace_ = request.service_connect_defaults->namespace_;
  }
  if (request.capacity_providers)
    record.capacity_providers = provider_names(context, *request.capacity_providers);
  if (request.default_capacity_provider_strategy)
    record.default_capacity_provider_strategy =
        normalise_strategy(*request.default_capacity_provider_strategy);
  record.tags = request.tags;
  return record;
}

Decision<CreateClusterResponse> decide(const Context& context, const store::View& view,
                                       const CreateClusterRequest& request) {
  const auto key = store::cluster_key(context.realm, request.cluster_name.value_or("default"));
  const auto* found = view.find<ClusterRecord>(key);
  CreateClusterResponse response;
  if (found && found->record->status == domain::ClusterStatus::active) {
    response.cluster = render_cluster(view, *found->record, kFieldsOfCreated);
    return response;
  }
  const auto clusters_max = static_cast<std::size_t>(context.services.limits.clusters_per_region);
  if (view.group(store::kActiveClusters, store::realm_key(context.realm)).size() >= clusters_max)
    return wire::client_exception(
        fmt::format("The limit of {} clusters in a region is reached.", clusters_max));
  const auto providers = request.capacity_providers.value_or(std::vector<std::string>());
  if (auto error = check_capacity_providers(context, view, providers,
                                            request.default_capacity_provider_strategy.value_or(Strategy())))
    return *std::move(error);
  ClusterRecord record = new_cluster(context, view, request);
  response.cluster = render_cluster(view, record, kFieldsOfCreated);
  auto transaction = new_transaction(context);
  if (found)
    transaction.expect(*found);
  else
    transaction.expect_absent<ClusterRecord>(key);
  expect_providers(context, view, transaction, providers);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

}  // namespace

Async<ApiResult<CreateClusterResponse>> create_cluster(Context& context, CreateClusterRequest request) {
  if (auto error = check(context, request)) co_return *std::move(error);
  std::function<Decision<CreateClusterResponse>(const store::View&)> decider = [&](const store::View& view) {
    return decide(context, view, request);
  };
  co_return co_await decide_and_commit<CreateClusterResponse>(context, std::move(decider));
}

}  // namespace berth::services::ecs
