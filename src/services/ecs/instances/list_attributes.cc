#include <algorithm>

#include "api/paginate.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using model::ecs::Attribute;
using model::ecs::ListAttributesRequest;
using model::ecs::ListAttributesResponse;
using StoredInstance = store::Stored<domain::ContainerInstanceRecord>;

// Between the parts of a page's key: lower than what names may hold.
constexpr char kSeparator = '\n';

std::vector<Attribute> wanted_of(const StoredInstance& instance, const ListAttributesRequest& request) {
  std::vector<Attribute> wanted;
  for (const auto& attribute : instance.record->attributes) {
    if (request.attribute_name && attribute.name != *request.attribute_name) continue;
    if (request.attribute_value && attribute.value.value_or("") != *request.attribute_value) continue;
    wanted.push_back(attribute);
    wanted.back().target_id = instance.record->arn;
  }
  std::sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return wanted;
}

// Pages go on within an instance: by instance, then by name.
void fill(const Call& call, const api::PageRequest& page,
          const store::Group<domain::ContainerInstanceRecord>& group, const ListAttributesRequest& request,
          ListAttributesResponse& into) {
  const auto split = page.after.find(kSeparator);
  const std::string begin = page.after.substr(0, split);
  const std::string begin_name = split == std::string::npos ? std::string() : page.after.substr(split + 1);
  std::string last;
  for (const auto& [key, instance] : group) {
    if (key < begin) continue;
    for (auto& attribute : wanted_of(*instance, request)) {
      if (key == begin && attribute.name <= begin_name) continue;
      if (into.attributes->size() == page.size) {
        into.next_token = next_page_token(call, page, last);
        return;
      }
      last = std::string(key) + kSeparator + attribute.name;
      into.attributes->push_back(std::move(attribute));
    }
  }
}

}  // namespace

Decision<ListAttributesResponse> list_attributes(const Call& call, const store::View& view,
                                                 const ListAttributesRequest& asked) {
  ListAttributesRequest request = asked;
  auto name = cluster_name(call, request.cluster);
  if (!name) return name.take_error();
  // An empty filter is none.
  if (request.attribute_name && request.attribute_name->empty()) request.attribute_name.reset();
  if (request.attribute_value && request.attribute_value->empty()) request.attribute_value.reset();
  if (request.attribute_value && !request.attribute_name)
    return model::ecs::invalid_parameter_exception(
        "attributeValue filters one attribute: give attributeName too.");
  auto page = page_request(
      call, "ListAttributes",
      api::hash_filter({*name, request.attribute_name.value_or(""), request.attribute_value.value_or("")}),
      request.next_token, request.max_results);
  if (!page) return model::ecs::invalid_parameter_exception(page.error().message);
  ListAttributesResponse response;
  response.attributes.emplace();
  auto cluster = find_active_cluster(call, view, request.cluster);
  if (!cluster) return cluster.take_error();
  fill(call, *page, view.group(store::kInstancesByCluster, store::cluster_key(call.realm, *name)), request,
       response);
  return response;
}

}  // namespace berth::services::ecs
