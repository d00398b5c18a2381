#include "services/ecs/clusters/cluster_rules.h"
#include "services/ecs/clusters/render_cluster.h"
#include "services/ecs/clusters/services_seam.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using model::ecs::DeleteClusterRequest;
using model::ecs::DeleteClusterResponse;

constexpr ClusterFields kFieldsOfDeleted{.settings = true, .tags = true};

}  // namespace

Decision<DeleteClusterResponse> delete_cluster(const Call& call, const store::View& view,
                                               const DeleteClusterRequest& request) {
  auto found = named_cluster(call, view, request.cluster);
  if (!found) return found.take_error();
  const auto& stored = **found;
  DeleteClusterResponse response;
  if (stored.record->status != domain::ClusterStatus::active) {
    response.cluster = render_cluster(view, *stored.record, kFieldsOfDeleted);
    return response;
  }
  if (has_services(view, *stored.record)) return cluster_contains_services();
  if (!view.group(store::kInstancesByCluster, stored.key).empty())
    return cluster_contains_container_instances();
  if (!view.group(store::kUnstoppedTasks, stored.key).empty()) return cluster_contains_tasks();
  domain::ClusterRecord record = *stored.record;
  record.status = domain::ClusterStatus::inactive;
  record.inactive_at = call.now;
  response.cluster = render_cluster(view, record, kFieldsOfDeleted);
  auto transaction = new_transaction(call);
  transaction.expect(stored);
  transaction.expect_none(store::kInstancesByCluster, stored.key);
  transaction.expect_none(store::kUnstoppedTasks, stored.key);
  expect_no_services(transaction, record);
  transaction.put(std::move(record));
  return {std::move(response), std::move(transaction)};
}

}  // namespace berth::services::ecs
