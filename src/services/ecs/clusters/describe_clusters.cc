#include <fmt/format.h>

#include "base/arn.h"
#include "domain/arns.h"
#include "services/ecs/clusters/render_cluster.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/core/render.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using model::ecs::ClusterField;

ClusterFields fields_of(const std::optional<std::vector<ClusterField>>& include) {
  ClusterFields fields;
  if (!include) return fields;
  for (const ClusterField field : *include) {
    switch (field) {
      case ClusterField::attachments:
        fields.attachments = true;
        break;
      case ClusterField::configurations:
        fields.configurations = true;
        break;
      case ClusterField::settings:
        fields.settings = true;
        break;
      case ClusterField::statistics:
        fields.statistics = true;
        break;
      case ClusterField::tags:
        fields.tags = true;
        break;
    }
  }
  return fields;
}

std::string arn_of_missing(const Call& call, const std::string& cluster) {
  return looks_like_arn(cluster) ? cluster : domain::cluster_arn(call.realm, cluster);
}

}  // namespace

Decision<model::ecs::DescribeClustersResponse> describe_clusters(
    const Call& call, const store::View& view, const model::ecs::DescribeClustersRequest& request) {
  std::vector<std::string> names = request.clusters.value_or(std::vector<std::string>());
  if (names.empty()) names.emplace_back("default");
  const auto clusters_max = static_cast<std::size_t>(call.deps.limits.describe_items);
  if (names.size() > clusters_max)
    return model::ecs::invalid_parameter_exception(
        fmt::format("clusters may name at most {} clusters, not {}.", clusters_max, names.size()));
  const ClusterFields fields = fields_of(request.include);
  model::ecs::DescribeClustersResponse response;
  response.clusters.emplace();
  response.failures.emplace();
  for (const auto& cluster : names) {
    auto name = cluster_name(call, cluster);
    // An ARN of another account or region is well formed, and names nothing here.
    if (!name && name.error().code != "ClusterNotFoundException") return name.take_error();
    const auto* found =
        name ? view.find<domain::ClusterRecord>(store::cluster_key(call.realm, *name)) : nullptr;
    if (found)
      response.clusters->push_back(render_cluster(view, *found->record, fields));
    else
      response.failures->push_back(failure(arn_of_missing(call, name ? *name : cluster), "MISSING"));
  }
  return response;
}

}  // namespace berth::services::ecs
