#include "services/ecs/registry.h"

#include "model/ecs/codec.h"
#include "model/ecs/operations.h"
#include "services/ecs/handlers.h"

namespace berth::services::ecs {

void add_handlers(HandlerRegistry& registry) {
  registry.add<model::ecs::CreateClusterOperation>(create_cluster);
  registry.add<model::ecs::DescribeClustersOperation>(describe_clusters);
  registry.add<model::ecs::ListClustersOperation>(list_clusters);
  registry.add<model::ecs::DeleteClusterOperation>(delete_cluster);
  registry.add<model::ecs::UpdateClusterOperation>(update_cluster);
  registry.add<model::ecs::UpdateClusterSettingsOperation>(update_cluster_settings);
  registry.add<model::ecs::PutClusterCapacityProvidersOperation>(put_cluster_capacity_providers);
  registry.add<model::ecs::RegisterContainerInstanceOperation>(register_container_instance);
  registry.add<model::ecs::DeregisterContainerInstanceOperation>(deregister_container_instance);
  registry.add<model::ecs::DescribeContainerInstancesOperation>(describe_container_instances);
  registry.add<model::ecs::ListContainerInstancesOperation>(list_container_instances);
  registry.add<model::ecs::UpdateContainerInstancesStateOperation>(update_container_instances_state);
  registry.add<model::ecs::UpdateContainerAgentOperation>(update_container_agent);
  registry.add<model::ecs::PutAttributesOperation>(put_attributes);
  registry.add<model::ecs::DeleteAttributesOperation>(delete_attributes);
  registry.add<model::ecs::ListAttributesOperation>(list_attributes);
  registry.add<model::ecs::DiscoverPollEndpointOperation>(discover_poll_endpoint);
  registry.add<model::ecs::RegisterTaskDefinitionOperation>(register_task_definition);
  registry.add<model::ecs::DeregisterTaskDefinitionOperation>(deregister_task_definition);
  registry.add<model::ecs::DescribeTaskDefinitionOperation>(describe_task_definition);
  registry.add<model::ecs::ListTaskDefinitionsOperation>(list_task_definitions);
  registry.add<model::ecs::ListTaskDefinitionFamiliesOperation>(list_task_definition_families);
  registry.add<model::ecs::DeleteTaskDefinitionsOperation>(delete_task_definitions);
  registry.add<model::ecs::RunTaskOperation>(run_task);
  registry.add<model::ecs::StartTaskOperation>(start_task);
  registry.add<model::ecs::StopTaskOperation>(stop_task);
  registry.add<model::ecs::DescribeTasksOperation>(describe_tasks);
  registry.add<model::ecs::ListTasksOperation>(list_tasks);
  registry.add<model::ecs::SubmitTaskStateChangeOperation>(submit_task_state_change);
  registry.add<model::ecs::SubmitContainerStateChangeOperation>(submit_container_state_change);
  registry.add<model::ecs::SubmitAttachmentStateChangesOperation>(submit_attachment_state_changes);
  registry.add<model::ecs::CreateServiceOperation>(create_service);
  registry.add<model::ecs::UpdateServiceOperation>(update_service);
  registry.add<model::ecs::DeleteServiceOperation>(delete_service);
  registry.add<model::ecs::DescribeServicesOperation>(describe_services);
  registry.add<model::ecs::ListServicesOperation>(list_services);
  registry.add<model::ecs::ListServiceDeploymentsOperation>(list_service_deployments);
  registry.add<model::ecs::DescribeServiceDeploymentsOperation>(describe_service_deployments);
  registry.add<model::ecs::DescribeServiceRevisionsOperation>(describe_service_revisions);
  registry.add<model::ecs::StopServiceDeploymentOperation>(stop_service_deployment);
  registry.add<model::ecs::CreateCapacityProviderOperation>(create_capacity_provider);
  registry.add<model::ecs::DescribeCapacityProvidersOperation>(describe_capacity_providers);
  registry.add<model::ecs::UpdateCapacityProviderOperation>(update_capacity_provider);
  registry.add<model::ecs::DeleteCapacityProviderOperation>(delete_capacity_provider);
  registry.add<model::ecs::CreateTaskSetOperation>(create_task_set);
  registry.add<model::ecs::DescribeTaskSetsOperation>(describe_task_sets);
  registry.add<model::ecs::UpdateTaskSetOperation>(update_task_set);
  registry.add<model::ecs::UpdateServicePrimaryTaskSetOperation>(update_service_primary_task_set);
  registry.add<model::ecs::DeleteTaskSetOperation>(delete_task_set);
  registry.add<model::ecs::GetTaskProtectionOperation>(get_task_protection);
  registry.add<model::ecs::UpdateTaskProtectionOperation>(update_task_protection);
  registry.add<model::ecs::ExecuteCommandOperation>(execute_command);
  registry.add<model::ecs::ListServicesByNamespaceOperation>(list_services_by_namespace);
  registry.add<model::ecs::ContinueServiceDeploymentOperation>(continue_service_deployment);
  registry.add<model::ecs::TagResourceOperation>(tag_resource);
  registry.add<model::ecs::UntagResourceOperation>(untag_resource);
  registry.add<model::ecs::ListTagsForResourceOperation>(list_tags_for_resource);
  registry.add<model::ecs::PutAccountSettingOperation>(put_account_setting);
  registry.add<model::ecs::PutAccountSettingDefaultOperation>(put_account_setting_default);
  registry.add<model::ecs::DeleteAccountSettingOperation>(delete_account_setting);
  registry.add<model::ecs::ListAccountSettingsOperation>(list_account_settings);
}

}  // namespace berth::services::ecs
