#include <algorithm>

#include "services/ecs/clusters/cluster_rules.h"
#include "services/ecs/clusters/render_cluster.h"
#include "services/ecs/operations.h"

// UpdateCluster, UpdateClusterSettings, PutClusterCapacityProviders: each replaces some members of an ACTIVE
// cluster.
namespace berth::services::ecs {
namespace {

using domain::ClusterRecord;
using model::ecs::ClusterSetting;

constexpr ClusterFields kFieldsOfUpdated{.settings = true, .tags = true, .configurations = true};

using Refusal = std::optional<wire::ApiError>;
// Changes the record, and adds what else the transaction has to expect; or says why not.
using Change = std::function<Refusal(const store::View&, store::Transaction&, ClusterRecord&)>;

template <class Response>
Decision<Response> decide(const Call& call, const store::View& view, const std::string& cluster,
                          const Change& change) {
  auto found = named_active_cluster(call, view, cluster);
  if (!found) return found.take_error();
  const auto& stored = **found;
  ClusterRecord record = *stored.record;
  auto transaction = new_transaction(call);
  if (auto error = change(view, transaction, record)) return *std::move(error);
  Response response;
  response.cluster = render_cluster(view, record, kFieldsOfUpdated);
  if (record == *stored.record) return response;
  transaction.expect(stored);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

// Settings that are named get the new value; the others stay.
void merge(std::optional<std::vector<ClusterSetting>>& into, const std::vector<ClusterSetting>& settings) {
  if (!into) into.emplace();
  for (const auto& setting : settings) {
    const auto found =
        std::find_if(into->begin(), into->end(), [&](const auto& have) { return have.name == setting.name; });
    if (found == into->end())
      into->push_back(setting);
    else
      *found = setting;
  }
}

}  // namespace

Decision<model::ecs::UpdateClusterResponse> update_cluster(const Call& call, const store::View& view,
                                                           const model::ecs::UpdateClusterRequest& request) {
  if (auto error = check_cluster_settings(request.settings)) return *std::move(error);
  if (auto error = check_cluster_configuration(request.configuration)) return *std::move(error);
  Change change = [&](const store::View&, store::Transaction&, ClusterRecord& record) -> Refusal {
    if (request.settings) merge(record.settings, *request.settings);
    if (request.configuration) record.configuration = request.configuration;
    if (!request.service_connect_defaults) return std::nullopt;
    record.service_connect_defaults.reset();
    // An empty namespace takes the default away.
    if (request.service_connect_defaults->namespace_.empty()) return std::nullopt;
    record.service_connect_defaults.emplace();
    record.service_connect_defaults->namespace_ = request.service_connect_defaults->namespace_;
    return std::nullopt;
  };
  return decide<model::ecs::UpdateClusterResponse>(call, view, request.cluster, change);
}

Decision<model::ecs::UpdateClusterSettingsResponse> update_cluster_settings(
    const Call& call, const store::View& view, const model::ecs::UpdateClusterSettingsRequest& request) {
  if (request.settings.empty()) return model::ecs::invalid_parameter_exception("settings cannot be empty.");
  if (auto error = check_cluster_settings(request.settings)) return *std::move(error);
  Change change = [&](const store::View&, store::Transaction&, ClusterRecord& record) -> Refusal {
    merge(record.settings, request.settings);
    return std::nullopt;
  };
  return decide<model::ecs::UpdateClusterSettingsResponse>(call, view, request.cluster, change);
}

Decision<model::ecs::PutClusterCapacityProvidersResponse> put_cluster_capacity_providers(
    const Call& call, const store::View& view,
    const model::ecs::PutClusterCapacityProvidersRequest& request) {
  Change change = [&](const store::View&, store::Transaction& transaction, ClusterRecord& record) -> Refusal {
    if (auto error = check_capacity_providers(call, view, request.capacity_providers,
                                              request.default_capacity_provider_strategy))
      return error;
    expect_providers(call, view, transaction, request.capacity_providers);
    record.capacity_providers = provider_names(call, request.capacity_providers);
    record.default_capacity_provider_strategy =
        normalise_strategy(request.default_capacity_provider_strategy);
    return std::nullopt;
  };
  return decide<model::ecs::PutClusterCapacityProvidersResponse>(call, view, request.cluster, change);
}

}  // namespace berth::services::ecs
