#include "domain/arns.h"
#include "services/core/paginate.h"
#include "services/ecs/handlers.h"

namespace berth::services::ecs {

Async<ApiResult<model::ecs::ListClustersResponse>> list_clusters(Context& context,
                                                                 model::ecs::ListClustersRequest request) {
  auto page = page_request(context, "ListClusters", hash_filter({}), request.next_token, request.max_results);
  if (!page) co_return page.take_error();
  model::ecs::ListClustersResponse response;
  response.cluster_arns.emplace();
  const auto view = co_await context.read();
  using Stored = store::Stored<domain::ClusterRecord>;
  response.next_token = fill_page(
      context, *page, view.group(store::kActiveClusters, store::realm_key(context.realm)),
      [](const Stored&) { return true; },
      [&](const Stored& cluster) {
        response.cluster_arns->push_back(domain::cluster_arn(context.realm, cluster.record->name));
      });
  co_return response;
}

}  // namespace berth::services::ecs
