#include "model/ecs/codec.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {

void add_cluster_operations(Operations& operations) {
  operations.add<model::ecs::CreateClusterOperation>(create_cluster);
  operations.add<model::ecs::DescribeClustersOperation>(describe_clusters);
  operations.add<model::ecs::ListClustersOperation>(list_clusters);
  operations.add<model::ecs::DeleteClusterOperation>(delete_cluster);
  operations.add<model::ecs::UpdateClusterOperation>(update_cluster);
  operations.add<model::ecs::UpdateClusterSettingsOperation>(update_cluster_settings);
  operations.add<model::ecs::PutClusterCapacityProvidersOperation>(put_cluster_capacity_providers);
  operations.add<model::ecs::CreateCapacityProviderOperation>(create_capacity_provider);
  operations.add<model::ecs::DescribeCapacityProvidersOperation>(describe_capacity_providers);
  operations.add<model::ecs::UpdateCapacityProviderOperation>(update_capacity_provider);
  operations.add<model::ecs::DeleteCapacityProviderOperation>(delete_capacity_provider);
}

}  // namespace berth::services::ecs
