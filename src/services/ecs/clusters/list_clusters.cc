#include "api/paginate.h"
#include "domain/arns.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {

Decision<model::ecs::ListClustersResponse> list_clusters(const Call& call, const store::View& view,
                                                         const model::ecs::ListClustersRequest& request) {
  auto page =
      page_request(call, "ListClusters", api::hash_filter({}), request.next_token, request.max_results);
  if (!page) return model::ecs::invalid_parameter_exception(page.error().message);
  model::ecs::ListClustersResponse response;
  response.cluster_arns.emplace();
  using Stored = store::Stored<domain::ClusterRecord>;
  response.next_token = fill_page(
      call, *page, view.group(store::kActiveClusters, store::realm_key(call.realm)),
      [](const Stored&) { return true; },
      [&](const Stored& cluster) {
        response.cluster_arns->push_back(domain::cluster_arn(call.realm, cluster.record->name));
      });
  return response;
}

}  // namespace berth::services::ecs
