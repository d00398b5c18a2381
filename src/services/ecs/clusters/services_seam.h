#pragma once
#include <cstdint>

#include "domain/records.h"
#include "store/transaction.h"
#include "store/view.h"

// Where clusters ask about services.
namespace berth::services::ecs {

/// Services of the cluster that are ACTIVE.
inline std::int32_t active_services_count(const store::View& view, const domain::ClusterRecord& cluster) {
  std::int32_t count = 0;
  const auto key = store::cluster_key({cluster.account, cluster.region}, cluster.name);
  for (const auto& [sort, service] : view.group(store::kServicesByCluster, key))
    if (service->record->status == domain::ServiceStatus::active) ++count;
  return count;
}

/// Whether any service of the cluster is not INACTIVE yet.
inline bool has_services(const store::View& view, const domain::ClusterRecord& cluster) {
  const auto key = store::cluster_key({cluster.account, cluster.region}, cluster.name);
  return !view.group(store::kServicesByCluster, key).empty();
}

/// Makes a transaction lose the race against a service that is created in the cluster meanwhile.
inline void expect_no_services(store::Transaction& transaction, const domain::ClusterRecord& cluster) {
  transaction.expect_none(store::kServicesByCluster,
                          store::cluster_key({cluster.account, cluster.region}, cluster.name));
}

}  // namespace berth::services::ecs
