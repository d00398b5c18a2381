#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/paginate.h"
#include "domain/names.h"
#include "services/ecs/clusters/capacity_provider_rules.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/core/render.h"
#include "services/ecs/operations.h"

// CreateCapacityProvider, DescribeCapacityProviders, UpdateCapacityProvider, DeleteCapacityProvider.
namespace berth::services::ecs {
namespace {

using domain::CapacityProviderRecord;
using model::ecs::CreateCapacityProviderRequest;
using model::ecs::CreateCapacityProviderResponse;
using model::ecs::DeleteCapacityProviderResponse;
using model::ecs::DescribeCapacityProvidersRequest;
using model::ecs::DescribeCapacityProvidersResponse;
using model::ecs::UpdateCapacityProviderRequest;
using model::ecs::UpdateCapacityProviderResponse;

constexpr std::size_t kDescribeMax = 100;
constexpr std::int32_t kPageMax = 10;
constexpr std::array<std::string_view, 2> kReserved{"FARGATE", "FARGATE_SPOT"};
constexpr std::string_view kManagedInstances =
    "managedInstancesProvider is not available here: use autoScalingGroupProvider.";

std::optional<wire::ApiError> check_name(const std::string& name) {
  std::string lower = name.substr(0, 7);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const bool reserved = lower.starts_with("aws") || lower.starts_with("ecs") || lower == "fargate";
  if (domain::is_name(name) && !reserved) return std::nullopt;
  return model::ecs::invalid_parameter_exception(
      "The specified capacity provider name is invalid. Up to 255 characters are allowed. They include "
      "letters (both upper and lowercase letters), numbers, underscores (_), and hyphens (-). The name can't "
      "be prefixed with \"aws\", \"ecs\", or \"fargate\".");
}

wire::ApiError not_there() {
  return model::ecs::client_exception(
      "The specified capacity provider does not exist. Specify a valid name or ARN and try again.");
}

wire::ApiError reserved_refused(std::string_view name) {
  return model::ecs::invalid_parameter_exception(
      fmt::format("The specified capacity provider '{}' is reserved and can't be changed or deleted.", name));
}

// Expectation: nobody made one of the name meanwhile.
Decision<CreateCapacityProviderResponse> decide_create(const Call& call, const store::View& view,
                                                       const CapacityProviderRecord& record) {
  const auto key = store::capacity_provider_key(call.realm, record.name);
  if (view.find<CapacityProviderRecord>(key))
    return model::ecs::client_exception(
        "The specified capacity provider already exists. To change the configuration of an existing capacity "
        "provider, update the capacity provider.");
  CreateCapacityProviderResponse response;
  response.capacity_provider = render_provider(record, true);
  auto transaction = new_transaction(call);
  transaction.expect_absent<CapacityProviderRecord>(key);
  transaction.put(record);
  return {std::move(response), std::move(transaction)};
}

// Expectation: the provider is as it was seen.
Decision<UpdateCapacityProviderResponse> decide_update(const Call& call, const store::View& view,
                                                       const UpdateCapacityProviderRequest& request) {
  const auto* found = find_provider(call, view, request.name);
  if (!found) return not_there();
  CapacityProviderRecord record = *found->record;
  if (!record.auto_scaling_group_provider) record.auto_scaling_group_provider.emplace();
  if (request.auto_scaling_group_provider)
    if (auto error =
            merge_provider(*record.auto_scaling_group_provider, *request.auto_scaling_group_provider))
      return *std::move(error);
  record.updated = true;
  UpdateCapacityProviderResponse response;
  response.capacity_provider = render_provider(record, true);
  auto transaction = new_transaction(call);
  transaction.expect(*found);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

// Expectations: the provider is as it was seen, and so are the clusters of the realm: none of them takes it
// in meanwhile.
Decision<DeleteCapacityProviderResponse> decide_delete(const Call& call, const store::View& view,
                                                       const std::string& provider) {
  const auto* found = find_provider(call, view, provider);
  if (!found) return not_there();
  if (const auto cluster = cluster_with_provider(call, view, found->record->name))
    return model::ecs::client_exception(
        fmt::format("The capacity provider cannot be deleted because it is associated with cluster: {}. "
                    "Remove the capacity provider from the cluster and try again.",
                    *cluster));
  DeleteCapacityProviderResponse response;
  response.capacity_provider = render_provider(*found->record, true);
  response.capacity_provider->update_status = model::ecs::CapacityProviderUpdateStatus::delete_in_progress;
  auto transaction = new_transaction(call);
  transaction.expect(*found);
  transaction.expect_unchanged(store::kActiveClusters, store::realm_key(call.realm),
                               view.group(store::kActiveClusters, store::realm_key(call.realm)).changed());
  transaction.erase<CapacityProviderRecord>(found->key);
  return {std::move(response), std::move(transaction)};
}

// All providers in order of their names, or those of a cluster.
std::vector<std::string> names_of(const Call& call, const store::View& view,
                                  const std::optional<domain::ClusterRecord>& cluster) {
  std::vector<std::string> names;
  if (cluster) {
    names = cluster->capacity_providers.value_or(std::vector<std::string>());
  } else {
    for (const auto name : kReserved) names.emplace_back(name);
    for (const auto& [key, provider] : view.group(store::kCapacityProviders, store::realm_key(call.realm)))
      names.push_back(provider->record->name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void describe_one(const Call& call, const store::View& view, const std::string& named, bool tags,
                  DescribeCapacityProvidersResponse& response) {
  const std::string name = provider_name(call, named);
  if (is_reserved_provider(name))
    response.capacity_providers->push_back(render_reserved_provider(call.realm, name));
  else if (const auto* found = find_provider(call, view, named))
    response.capacity_providers->push_back(render_provider(*found->record, tags));
  else
    response.failures->push_back(failure(name.empty() ? named : provider_arn(call.realm, name), "MISSING"));
}

}  // namespace

Decision<CreateCapacityProviderResponse> create_capacity_provider(
    const Call& call, const store::View& view, const CreateCapacityProviderRequest& request) {
  if (auto error = check_name(request.name)) return *std::move(error);
  if (request.managed_instances_provider)
    return model::ecs::unsupported_feature_exception(std::string(kManagedInstances));
  if (!request.auto_scaling_group_provider)
    return model::ecs::invalid_parameter_exception("autoScalingGroupProvider is required.");
  if (request.auto_scaling_group_provider->auto_scaling_group_arn.empty())
    return model::ecs::invalid_parameter_exception(
        "autoScalingGroupProvider: autoScalingGroupArn can not be blank.");
  if (request.tags) {
    const auto tags =
        domain::check_tags(*request.tags, static_cast<std::size_t>(call.deps.limits.tags_per_resource));
    if (!tags) return model::ecs::invalid_parameter_exception(tags.error().message);
  }
  CapacityProviderRecord record;
  record.account = call.realm.account;
  record.region = call.realm.region;
  record.name = request.name;
  record.tags = request.tags;
  record.created_at = call.now;
  record.auto_scaling_group_provider.emplace();
  const auto& given = *request.auto_scaling_group_provider;
  record.auto_scaling_group_provider->auto_scaling_group_arn = given.auto_scaling_group_arn;
  model::ecs::AutoScalingGroupProviderUpdate update;
  update.managed_scaling = given.managed_scaling;
  update.managed_termination_protection = given.managed_termination_protection;
  update.managed_draining = given.managed_draining;
  if (auto error = merge_provider(*record.auto_scaling_group_provider, update)) return *std::move(error);
  return decide_create(call, view, record);
}

Decision<DescribeCapacityProvidersResponse> describe_capacity_providers(
    const Call& call, const store::View& view, const DescribeCapacityProvidersRequest& request) {
  const auto named = request.capacity_providers.value_or(std::vector<std::string>());
  if (named.size() > kDescribeMax)
    return model::ecs::invalid_parameter_exception(
        fmt::format("capacityProviders may name at most {}, not {}.", kDescribeMax, named.size()));
  const auto filter = api::hash_filter({request.cluster.value_or("")});
  auto page = page_request(call, "DescribeCapacityProviders", filter, request.next_token, request.max_results,
                           kPageMax, kPageMax);
  if (!page) return model::ecs::invalid_parameter_exception(page.error().message);
  const bool tags = request.include && !request.include->empty();
  DescribeCapacityProvidersResponse response;
  response.capacity_providers.emplace();
  response.failures.emplace();
  std::optional<domain::ClusterRecord> of_cluster;
  if (request.cluster) {
    auto cluster = find_active_cluster(call, view, request.cluster);
    if (!cluster) return cluster.take_error();
    of_cluster = **cluster;
  }
  if (!named.empty()) {
    for (const auto& name : named) describe_one(call, view, name, tags, response);
    return response;
  }
  std::string last;
  for (const auto& name : names_of(call, view, of_cluster)) {
    if (!page->after.empty() && name <= page->after) continue;
    if (response.capacity_providers->size() == page->size) {
      response.next_token = next_page_token(call, *page, last);
      break;
    }
    describe_one(call, view, name, tags, response);
    last = name;
  }
  return response;
}

Decision<UpdateCapacityProviderResponse> update_capacity_provider(
    const Call& call, const store::View& view, const UpdateCapacityProviderRequest& request) {
  if (is_reserved_provider(provider_name(call, request.name))) return reserved_refused(request.name);
  if (request.managed_instances_provider)
    return model::ecs::unsupported_feature_exception(std::string(kManagedInstances));
  if (!request.auto_scaling_group_provider)
    return model::ecs::invalid_parameter_exception("autoScalingGroupProvider is required.");
  return decide_update(call, view, request);
}

Decision<DeleteCapacityProviderResponse> delete_capacity_provider(
    const Call& call, const store::View& view, const model::ecs::DeleteCapacityProviderRequest& request) {
  if (is_reserved_provider(provider_name(call, request.capacity_provider)))
    return reserved_refused(request.capacity_provider);
  return decide_delete(call, view, request.capacity_provider);
}

}  // namespace berth::services::ecs
