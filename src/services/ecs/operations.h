#pragma once
#include "api/operations.h"
#include "model/ecs/operations.h"
#include "model/ecs/types.h"
#include "services/ecs/core/call.h"

// The operations of the ECS API: each decides on a view, from a request that the codec has checked, and
// answers or gives a modelled error. add_operations() puts them into the table.
namespace berth::services::ecs {

template <class Operation>
using Decide = api::Decide<Call, Operation>;
template <class Operation>
using Run = api::Run<Call, Operation>;
template <class Operation>
using Token = api::Idempotency<Call, api::InputOf<Operation>, api::OutputOf<Operation>>;

// Clusters.
Decide<model::ecs::CreateClusterOperation> create_cluster;
Decide<model::ecs::DescribeClustersOperation> describe_clusters;
Decide<model::ecs::ListClustersOperation> list_clusters;
Decide<model::ecs::DeleteClusterOperation> delete_cluster;
Decide<model::ecs::UpdateClusterOperation> update_cluster;
Decide<model::ecs::UpdateClusterSettingsOperation> update_cluster_settings;
Decide<model::ecs::PutClusterCapacityProvidersOperation> put_cluster_capacity_providers;

// Container instances.
Decide<model::ecs::RegisterContainerInstanceOperation> register_container_instance;
Run<model::ecs::DeregisterContainerInstanceOperation> deregister_container_instance;
Decide<model::ecs::DescribeContainerInstancesOperation> describe_container_instances;
Decide<model::ecs::ListContainerInstancesOperation> list_container_instances;
Decide<model::ecs::UpdateContainerInstancesStateOperation> update_container_instances_state;
Decide<model::ecs::UpdateContainerAgentOperation> update_container_agent;
Decide<model::ecs::PutAttributesOperation> put_attributes;
Decide<model::ecs::DeleteAttributesOperation> delete_attributes;
Decide<model::ecs::ListAttributesOperation> list_attributes;
Decide<model::ecs::DiscoverPollEndpointOperation> discover_poll_endpoint;

// Task definitions.
Decide<model::ecs::RegisterTaskDefinitionOperation> register_task_definition;
Decide<model::ecs::DeregisterTaskDefinitionOperation> deregister_task_definition;
Decide<model::ecs::DescribeTaskDefinitionOperation> describe_task_definition;
Decide<model::ecs::ListTaskDefinitionsOperation> list_task_definitions;
Decide<model::ecs::ListTaskDefinitionFamiliesOperation> list_task_definition_families;
Decide<model::ecs::DeleteTaskDefinitionsOperation> delete_task_definitions;

// Tasks.
Decide<model::ecs::RunTaskOperation> run_task;
Decide<model::ecs::StartTaskOperation> start_task;
Decide<model::ecs::StopTaskOperation> stop_task;
Decide<model::ecs::DescribeTasksOperation> describe_tasks;
Decide<model::ecs::ListTasksOperation> list_tasks;
Run<model::ecs::SubmitTaskStateChangeOperation> submit_task_state_change;
Run<model::ecs::SubmitContainerStateChangeOperation> submit_container_state_change;
Decide<model::ecs::SubmitAttachmentStateChangesOperation> submit_attachment_state_changes;

// Services.
Decide<model::ecs::CreateServiceOperation> create_service;
Decide<model::ecs::UpdateServiceOperation> update_service;
Decide<model::ecs::DeleteServiceOperation> delete_service;
Decide<model::ecs::DescribeServicesOperation> describe_services;
Decide<model::ecs::ListServicesOperation> list_services;
Decide<model::ecs::ListServiceDeploymentsOperation> list_service_deployments;
Decide<model::ecs::DescribeServiceDeploymentsOperation> describe_service_deployments;
Decide<model::ecs::DescribeServiceRevisionsOperation> describe_service_revisions;
Decide<model::ecs::StopServiceDeploymentOperation> stop_service_deployment;

// Capacity providers.
Decide<model::ecs::CreateCapacityProviderOperation> create_capacity_provider;
Decide<model::ecs::DescribeCapacityProvidersOperation> describe_capacity_providers;
Decide<model::ecs::UpdateCapacityProviderOperation> update_capacity_provider;
Decide<model::ecs::DeleteCapacityProviderOperation> delete_capacity_provider;

// Task sets, of services with the deployment controller EXTERNAL.
Decide<model::ecs::CreateTaskSetOperation> create_task_set;
Decide<model::ecs::DescribeTaskSetsOperation> describe_task_sets;
Decide<model::ecs::UpdateTaskSetOperation> update_task_set;
Decide<model::ecs::UpdateServicePrimaryTaskSetOperation> update_service_primary_task_set;
Decide<model::ecs::DeleteTaskSetOperation> delete_task_set;

// Task protection.
Decide<model::ecs::GetTaskProtectionOperation> get_task_protection;
Decide<model::ecs::UpdateTaskProtectionOperation> update_task_protection;

// Not possible here, with the error that says so.
Decide<model::ecs::ExecuteCommandOperation> execute_command;
Decide<model::ecs::ListServicesByNamespaceOperation> list_services_by_namespace;
Decide<model::ecs::ContinueServiceDeploymentOperation> continue_service_deployment;

// Tags.
Decide<model::ecs::TagResourceOperation> tag_resource;
Decide<model::ecs::UntagResourceOperation> untag_resource;
Decide<model::ecs::ListTagsForResourceOperation> list_tags_for_resource;

// Account settings.
Decide<model::ecs::PutAccountSettingOperation> put_account_setting;
Decide<model::ecs::PutAccountSettingDefaultOperation> put_account_setting_default;
Decide<model::ecs::DeleteAccountSettingOperation> delete_account_setting;
Decide<model::ecs::ListAccountSettingsOperation> list_account_settings;

// Operations whose calls may carry a client token.
using RunTaskToken = Token<model::ecs::RunTaskOperation>;
using CreateServiceToken = Token<model::ecs::CreateServiceOperation>;
using CreateTaskSetToken = Token<model::ecs::CreateTaskSetOperation>;
using RegisterContainerInstanceToken = Token<model::ecs::RegisterContainerInstanceOperation>;
extern const RunTaskToken kRunTaskToken;
extern const CreateServiceToken kCreateServiceToken;
extern const CreateTaskSetToken kCreateTaskSetToken;
extern const RegisterContainerInstanceToken kRegisterContainerInstanceToken;

/// The rate of the guide (p.112): container instances that are touched in a second and cluster, in one call
/// or several (guide-conformance A-12).
std::optional<api::Toll> run_task_toll(const Call& call, const store::View& view,
                                       const model::ecs::RunTaskRequest& request);

/// The guide's rates of registrations, by account and region (p.112).
api::Toll registration_toll(const Call& call, std::string_view operation, std::int32_t per_second,
                            std::int32_t burst);

using Operations = api::Operations<Deps>;
// Each in its folder, so that they compile apart.
void add_cluster_operations(Operations& operations);
void add_instance_operations(Operations& operations);
void add_definition_operations(Operations& operations);
void add_task_operations(Operations& operations);
void add_service_operations(Operations& operations);
void add_account_operations(Operations& operations);
/// All of them, in a table that does not outlive `deps`.
void add_operations(api::OperationTable& table, const Deps& deps);

}  // namespace berth::services::ecs
