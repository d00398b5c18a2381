#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "domain/sharing.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/instances/attribute_rules.h"
#include "services/ecs/operations.h"

// PutAttributes and DeleteAttributes.
namespace berth::services::ecs {
namespace {

using domain::ContainerInstanceRecord;
using model::ecs::Attribute;
using StoredInstance = store::Stored<ContainerInstanceRecord>;

// Instances that one call may change: each is one write.
constexpr std::size_t kTargetsMax = 90;

// The instances an attribute is meant for: the one it names, else all of the cluster.
ApiResult<std::vector<const StoredInstance*>> targets_of(const Call& call, const store::View& view,
                                                         const domain::ClusterRecord& cluster,
                                                         const Attribute& attribute) {
  std::vector<const StoredInstance*> targets;
  if (attribute.target_id && !attribute.target_id->empty()) {
    const auto* found = find_instance(call, view, cluster, *attribute.target_id);
    if (!found || found->record->status == domain::InstanceStatus::inactive)
      return model::ecs::target_not_found_exception(
          fmt::format("Could not find the target '{}' of attribute '{}' in cluster {}.", *attribute.target_id,
                      attribute.name, cluster.name));
    targets.push_back(found);
    return targets;
  }
  for (const auto& [sort, instance] :
       view.group(store::kInstancesByCluster, store::cluster_key(call.realm, cluster.name)))
    targets.push_back(instance);
  if (targets.empty())
    return model::ecs::target_not_found_exception(
        fmt::format("Attribute '{}' names no targetId, and cluster {} has no container instances.",
                    attribute.name, cluster.name));
  if (targets.size() > kTargetsMax)
    return model::ecs::invalid_parameter_exception(
        fmt::format("attributes: '{}' needs a targetId in a cluster of more than {} instances.",
                    attribute.name, kTargetsMax));
  return targets;
}

std::optional<wire::ApiError> check(const Call& call, const std::vector<Attribute>& attributes) {
  const auto attributes_max = static_cast<std::size_t>(call.deps.limits.attributes_per_call);
  if (attributes.empty()) return model::ecs::invalid_parameter_exception("attributes cannot be empty.");
  if (attributes.size() > attributes_max)
    return model::ecs::invalid_parameter_exception(fmt::format(
        "attributes: at most {} may be given at once, not {}.", attributes_max, attributes.size()));
  for (const auto& attribute : attributes) {
    if (is_system_attribute(attribute.name))
      return model::ecs::invalid_parameter_exception(fmt::format(
          "attributes: '{}' cannot be changed: names that begin with ecs. or com.amazonaws. are the agent's.",
          attribute.name));
    if (auto error = check_attribute(attribute, AttributeCheck::strict)) return error;
  }
  return std::nullopt;
}

struct Edited {
  const StoredInstance* before;
  std::vector<Attribute> attributes;
};
using Edit = void (*)(std::vector<Attribute>&, const Attribute&);

std::size_t count_custom(const std::vector<Attribute>& attributes) {
  return static_cast<std::size_t>(std::count_if(attributes.begin(), attributes.end(), [](const auto& have) {
    return !is_system_attribute(have.name);
  }));
}

template <class Response>
Decision<Response> decide(const Call& call, const store::View& view,
                          const std::optional<std::string>& cluster_text,
                          const std::vector<Attribute>& attributes, Edit edit) {
  std::vector<std::string> named;
  for (const auto& attribute : attributes) named.push_back(attribute.target_id.value_or(""));
  auto cluster = find_active_cluster_of(call, view, cluster_text, "container-instance", named);
  if (!cluster) return cluster.take_error();
  std::map<std::string, Edited> edited;
  Response response;
  response.attributes.emplace();
  for (const auto& attribute : attributes) {
    auto targets = targets_of(call, view, **cluster, attribute);
    if (!targets) return targets.take_error();
    for (const auto* target : *targets) {
      auto& change =
          edited.try_emplace(target->key, Edited{target, *target->record->attributes}).first->second;
      edit(change.attributes, attribute);
      Attribute shown;
      shown.name = attribute.name;
      shown.value = attribute.value;
      shown.target_id = target->record->arn;
      response.attributes->push_back(std::move(shown));
    }
  }
  const auto custom_max = static_cast<std::size_t>(call.deps.limits.attributes_per_resource);
  auto transaction = new_transaction(call);
  for (auto& [key, change] : edited) {
    const auto& before = *change.before->record;
    if (change.attributes == *before.attributes) continue;
    const auto custom = count_custom(change.attributes);
    if (custom > custom_max && custom > count_custom(*before.attributes))
      return model::ecs::attribute_limit_exceeded_exception(
          fmt::format("{} may have at most {} custom attributes.", before.arn, custom_max));
    ContainerInstanceRecord record = before;
    record.attributes = std::move(change.attributes);
    domain::share_parts(record);
    ++record.version;
    transaction.expect(*change.before);
    transaction.put(std::move(record));
  }
  if (transaction.write_count() == 0) return response;
  return {std::move(response), std::move(transaction)};
}

template <class Response, class Request>
Decision<Response> change_attributes(const Call& call, const store::View& view, const Request& request,
                                     Edit edit) {
  if (auto error = check(call, request.attributes)) return *std::move(error);
  return decide<Response>(call, view, request.cluster, request.attributes, edit);
}

void put(std::vector<Attribute>& attributes, const Attribute& attribute) {
  set_attribute(attributes, attribute.name, attribute.value);
}

// A value, where given, must be the attribute's.
void erase(std::vector<Attribute>& attributes, const Attribute& attribute) {
  std::erase_if(attributes, [&](const Attribute& have) {
    return have.name == attribute.name && (!attribute.value || have.value.value_or("") == *attribute.value);
  });
}

}  // namespace

Decision<model::ecs::PutAttributesResponse> put_attributes(const Call& call, const store::View& view,
                                                           const model::ecs::PutAttributesRequest& request) {
  return change_attributes<model::ecs::PutAttributesResponse>(call, view, request, put);
}

Decision<model::ecs::DeleteAttributesResponse> delete_attributes(
    const Call& call, const store::View& view, const model::ecs::DeleteAttributesRequest& request) {
  return change_attributes<model::ecs::DeleteAttributesResponse>(call, view, request, erase);
}

}  // namespace berth::services::ecs
