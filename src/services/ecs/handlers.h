#pragma once
#include "model/ecs/types.h"
#include "services/core/api_result.h"
#include "services/core/context.h"

// The operations of the ECS API, one file each: `run_task_handler.cc`. registry.cc lists them for the front
// end. Each takes a request that the codec has checked, and answers or gives a modelled error.
namespace berth::services::ecs {

// Clusters.
Async<ApiResult<model::ecs::CreateClusterResponse>> create_cluster(Context& context,
                                                                   model::ecs::CreateClusterRequest request);
Async<ApiResult<model::ecs::DescribeClustersResponse>> describe_clusters(
    Context& context, model::ecs::DescribeClustersRequest request);
Async<ApiResult<model::ecs::ListClustersResponse>> list_clusters(Context& context,
                                                                 model::ecs::ListClustersRequest request);
Async<ApiResult<model::ecs::DeleteClusterResponse>> delete_cluster(Context& context,
                                                                   model::ecs::DeleteClusterRequest request);
Async<ApiResult<model::ecs::UpdateClusterResponse>> update_cluster(Context& context,
                                                                   model::ecs::UpdateClusterRequest request);
Async<ApiResult<model::ecs::UpdateClusterSettingsResponse>> update_cluster_settings(
    Context& context, model::ecs::UpdateClusterSettingsRequest request);
Async<ApiResult<model::ecs::PutClusterCapacityProvidersResponse>> put_cluster_capacity_providers(
    Context& context, model::ecs::PutClusterCapacityProvidersRequest request);

// Container instances.
Async<ApiResult<model::ecs::RegisterContainerInstanceResponse>> register_container_instance(
    Context& context, model::ecs::RegisterContainerInstanceRequest request);
Async<ApiResult<model::ecs::DeregisterContainerInstanceResponse>> deregister_container_instance(
    Context& context, model::ecs::DeregisterContainerInstanceRequest request);
Async<ApiResult<model::ecs::DescribeContainerInstancesResponse>> describe_container_instances(
    Context& context, model::ecs::DescribeContainerInstancesRequest request);
Async<ApiResult<model::ecs::ListContainerInstancesResponse>> list_container_instances(
    Context& context, model::ecs::ListContainerInstancesRequest request);
Async<ApiResult<model::ecs::UpdateContainerInstancesStateResponse>> update_container_instances_state(
    Context& context, model::ecs::UpdateContainerInstancesStateRequest request);
Async<ApiResult<model::ecs::UpdateContainerAgentResponse>> update_container_agent(
    Context& context, model::ecs::UpdateContainerAgentRequest request);
Async<ApiResult<model::ecs::PutAttributesResponse>> put_attributes(Context& context,
                                                                   model::ecs::PutAttributesRequest request);
Async<ApiResult<model::ecs::DeleteAttributesResponse>> delete_attributes(
    Context& context, model::ecs::DeleteAttributesRequest request);
Async<ApiResult<model::ecs::ListAttributesResponse>> list_attributes(
    Context& context, model::ecs::ListAttributesRequest request);
Async<ApiResult<model::ecs::DiscoverPollEndpointResponse>> discover_poll_endpoint(
    Context& context, model::ecs::DiscoverPollEndpointRequest request);

// Task definitions.
Async<ApiResult<model::ecs::RegisterTaskDefinitionResponse>> register_task_definition(
    Context& context, model::ecs::RegisterTaskDefinitionRequest request);
Async<ApiResult<model::ecs::DeregisterTaskDefinitionResponse>> deregister_task_definition(
    Context& context, model::ecs::DeregisterTaskDefinitionRequest request);
Async<ApiResult<model::ecs::DescribeTaskDefinitionResponse>> describe_task_definition(
    Context& context, model::ecs::DescribeTaskDefinitionRequest request);
Async<ApiResult<model::ecs::ListTaskDefinitionsResponse>> list_task_definitions(
    Context& context, model::ecs::ListTaskDefinitionsRequest request);
Async<ApiResult<model::ecs::ListTaskDefinitionFamiliesResponse>> list_task_definition_families(
    Context& context, model::ecs::ListTaskDefinitionFamiliesRequest request);
Async<ApiResult<model::ecs::DeleteTaskDefinitionsResponse>> delete_task_definitions(
    Context& context, model::ecs::DeleteTaskDefinitionsRequest request);

// Tasks.
Async<ApiResult<model::ecs::RunTaskResponse>> run_task(Context& context, model::ecs::RunTaskRequest request);
Async<ApiResult<model::ecs::StartTaskResponse>> start_task(Context& context,
                                                           model::ecs::StartTaskRequest request);
Async<ApiResult<model::ecs::StopTaskResponse>> stop_task(Context& context,
                                                         model::ecs::StopTaskRequest request);
Async<ApiResult<model::ecs::DescribeTasksResponse>> describe_tasks(Context& context,
                                                                   model::ecs::DescribeTasksRequest request);
Async<ApiResult<model::ecs::ListTasksResponse>> list_tasks(Context& context,
                                                           model::ecs::ListTasksRequest request);
Async<ApiResult<model::ecs::SubmitTaskStateChangeResponse>> submit_task_state_change(
    Context& context, model::ecs::SubmitTaskStateChangeRequest request);
Async<ApiResult<model::ecs::SubmitContainerStateChangeResponse>> submit_container_state_change(
    Context& context, model::ecs::SubmitContainerStateChangeRequest request);
Async<ApiResult<model::ecs::SubmitAttachmentStateChangesResponse>> submit_attachment_state_changes(
    Context& context, model::ecs::SubmitAttachmentStateChangesRequest request);

// Services.
Async<ApiResult<model::ecs::CreateServiceResponse>> create_service(Context& context,
                                                                   model::ecs::CreateServiceRequest request);
Async<ApiResult<model::ecs::UpdateServiceResponse>> update_service(Context& context,
                                                                   model::ecs::UpdateServiceRequest request);
Async<ApiResult<model::ecs::DeleteServiceResponse>> delete_service(Context& context,
                                                                   model::ecs::DeleteServiceRequest request);
Async<ApiResult<model::ecs::DescribeServicesResponse>> describe_services(
    Context& context, model::ecs::DescribeServicesRequest request);
Async<ApiResult<model::ecs::ListServicesResponse>> list_services(Context& context,
                                                                 model::ecs::ListServicesRequest request);
Async<ApiResult<model::ecs::ListServiceDeploymentsResponse>> list_service_deployments(
    Context& context, model::ecs::ListServiceDeploymentsRequest request);
Async<ApiResult<model::ecs::DescribeServiceDeploymentsResponse>> describe_service_deployments(
    Context& context, model::ecs::DescribeServiceDeploymentsRequest request);
Async<ApiResult<model::ecs::DescribeServiceRevisionsResponse>> describe_service_revisions(
    Context& context, model::ecs::DescribeServiceRevisionsRequest request);
Async<ApiResult<model::ecs::StopServiceDeploymentResponse>> stop_service_deployment(
    Context& context, model::ecs::StopServiceDeploymentRequest request);

// Capacity providers.
Async<ApiResult<model::ecs::CreateCapacityProviderResponse>> create_capacity_provider(
    Context& context, model::ecs::CreateCapacityProviderRequest request);
Async<ApiResult<model::ecs::DescribeCapacityProvidersResponse>> describe_capacity_providers(
    Context& context, model::ecs::DescribeCapacityProvidersRequest request);
Async<ApiResult<model::ecs::UpdateCapacityProviderResponse>> update_capacity_provider(
    Context& context, model::ecs::UpdateCapacityProviderRequest request);
Async<ApiResult<model::ecs::DeleteCapacityProviderResponse>> delete_capacity_provider(
    Context& context, model::ecs::DeleteCapacityProviderRequest request);

// Task sets, of services with the deployment controller EXTERNAL.
Async<ApiResult<model::ecs::CreateTaskSetResponse>> create_task_set(Context& context,
                                                                    model::ecs::CreateTaskSetRequest request);
Async<ApiResult<model::ecs::DescribeTaskSetsResponse>> describe_task_sets(
    Context& context, model::ecs::DescribeTaskSetsRequest request);
Async<ApiResult<model::ecs::UpdateTaskSetResponse>> update_task_set(Context& context,
                                                                    model::ecs::UpdateTaskSetRequest request);
Async<ApiResult<model::ecs::UpdateServicePrimaryTaskSetResponse>> update_service_primary_task_set(
    Context& context, model::ecs::UpdateServicePrimaryTaskSetRequest request);
Async<ApiResult<model::ecs::DeleteTaskSetResponse>> delete_task_set(Context& context,
                                                                    model::ecs::DeleteTaskSetRequest request);

// Task protection.
Async<ApiResult<model::ecs::GetTaskProtectionResponse>> get_task_protection(
    Context& context, model::ecs::GetTaskProtectionRequest request);
Async<ApiResult<model::ecs::UpdateTaskProtectionResponse>> update_task_protection(
    Context& context, model::ecs::UpdateTaskProtectionRequest request);

// Not possible here, with the error that says so.
Async<ApiResult<model::ecs::ExecuteCommandResponse>> execute_command(
    Context& context, model::ecs::ExecuteCommandRequest request);
Async<ApiResult<model::ecs::ListServicesByNamespaceResponse>> list_services_by_namespace(
    Context& context, model::ecs::ListServicesByNamespaceRequest request);
Async<ApiResult<model::ecs::ContinueServiceDeploymentResponse>> continue_service_deployment(
    Context& context, model::ecs::ContinueServiceDeploymentRequest request);

// Tags.
Async<ApiResult<model::ecs::TagResourceResponse>> tag_resource(Context& context,
                                                               model::ecs::TagResourceRequest request);
Async<ApiResult<model::ecs::UntagResourceResponse>> untag_resource(Context& context,
                                                                   model::ecs::UntagResourceRequest request);
Async<ApiResult<model::ecs::ListTagsForResourceResponse>> list_tags_for_resource(
    Context& context, model::ecs::ListTagsForResourceRequest request);

// Account settings.
Async<ApiResult<model::ecs::PutAccountSettingResponse>> put_account_setting(
    Context& context, model::ecs::PutAccountSettingRequest request);
Async<ApiResult<model::ecs::PutAccountSettingDefaultResponse>> put_account_setting_default(
    Context& context, model::ecs::PutAccountSettingDefaultRequest request);
Async<ApiResult<model::ecs::DeleteAccountSettingResponse>> delete_account_setting(
    Context& context, model::ecs::DeleteAccountSettingRequest request);
Async<ApiResult<model::ecs::ListAccountSettingsResponse>> list_account_settings(
    Context& context, model::ecs::ListAccountSettingsRequest request);

}  // namespace berth::services::ecs
