#include "services/ecs/operations.h"

#include <fmt/format.h>

#include "model/ecs/codec.h"

namespace berth::services::ecs {
namespace {

using Operations = api::Operations<Deps>;

// The guide's rates of registrations, by account and region (p.112).
api::Toll toll_of(const Call& call, std::string_view operation, std::int32_t per_second, std::int32_t burst) {
  return {.bucket = fmt::format("{}/{}/{}", call.realm.account, call.realm.region, operation),
          .per_second = static_cast<double>(per_second),
          .burst = static_cast<double>(burst)};
}

std::optional<api::Toll> definition_toll(const Call& call, const store::View&,
                                         const model::ecs::RegisterTaskDefinitionRequest&) {
  const auto& limits = call.deps.limits;
  return toll_of(call, "RegisterTaskDefinition", limits.register_task_definition_per_second,
                 limits.register_task_definition_burst);
}

std::optional<api::Toll> instance_toll(const Call& call, const store::View&,
                                       const model::ecs::RegisterContainerInstanceRequest&) {
  const auto& limits = call.deps.limits;
  return toll_of(call, "RegisterContainerInstance", limits.register_container_instance_per_second,
                 limits.register_container_instance_burst);
}

void add_cluster_operations(Operations& operations) {
  operations.add<model::ecs::CreateClusterOperation>(create_cluster);
  operations.add<model::ecs::DescribeClustersOperation>(describe_clusters);
  operations.add<model::ecs::ListClustersOperation>(list_clusters);
  operations.add<model::ecs::DeleteClusterOperation>(delete_cluster);
  operations.add<model::ecs::UpdateClusterOperation>(update_cluster);
  operations.add<model::ecs::UpdateClusterSettingsOperation>(update_cluster_settings);
  operations.add<model::ecs::PutClusterCapacityProvidersOperation>(put_cluster_capacity_providers);
}

void add_instance_operations(Operations& operations) {
  operations.add<model::ecs::RegisterContainerInstanceOperation>(
      register_container_instance, {.toll = instance_toll, .token = &kRegisterContainerInstanceToken});
  operations.add<model::ecs::DeregisterContainerInstanceOperation>(deregister_container_instance);
  operations.add<model::ecs::DescribeContainerInstancesOperation>(describe_container_instances);
  operations.add<model::ecs::ListContainerInstancesOperation>(list_container_instances);
  operations.add<model::ecs::UpdateContainerInstancesStateOperation>(update_container_instances_state);
  operations.add<model::ecs::UpdateContainerAgentOperation>(update_container_agent);
  operations.add<model::ecs::PutAttributesOperation>(put_attributes);
  operations.add<model::ecs::DeleteAttributesOperation>(delete_attributes);
  operations.add<model::ecs::ListAttributesOperation>(list_attributes);
  operations.add<model::ecs::DiscoverPollEndpointOperation>(discover_poll_endpoint);
}

void add_definition_operations(Operations& operations) {
  operations.add<model::ecs::RegisterTaskDefinitionOperation>(register_task_definition,
                                                              {.toll = definition_toll});
  operations.add<model::ecs::DeregisterTaskDefinitionOperation>(deregister_task_definition);
  operations.add<model::ecs::DescribeTaskDefinitionOperation>(describe_task_definition);
  operations.add<model::ecs::ListTaskDefinitionsOperation>(list_task_definitions);
  operations.add<model::ecs::ListTaskDefinitionFamiliesOperation>(list_task_definition_families);
  operations.add<model::ecs::DeleteTaskDefinitionsOperation>(delete_task_definitions);
}

void add_task_operations(Operations& operations) {
  operations.add<model::ecs::RunTaskOperation>(run_task, {.toll = run_task_toll, .token = &kRunTaskToken});
  operations.add<model::ecs::StartTaskOperation>(start_task);
  operations.add<model::ecs::StopTaskOperation>(stop_task);
  operations.add<model::ecs::DescribeTasksOperation>(describe_tasks);
  operations.add<model::ecs::ListTasksOperation>(list_tasks);
  operations.add<model::ecs::SubmitTaskStateChangeOperation>(submit_task_state_change, {.report = true});
  operations.add<model::ecs::SubmitContainerStateChangeOperation>(submit_container_state_change,
                                                                  {.report = true});
  operations.add<model::ecs::SubmitAttachmentStateChangesOperation>(submit_attachment_state_changes,
                                                                    {.report = true});
}

void add_service_operations(Operations& operations) {
  operations.add<model::ecs::CreateServiceOperation>(create_service, {.token = &kCreateServiceToken});
  operations.add<model::ecs::UpdateServiceOperation>(update_service);
  operations.add<model::ecs::DeleteServiceOperation>(delete_service);
  operations.add<model::ecs::DescribeServicesOperation>(describe_services);
  operations.add<model::ecs::ListServicesOperation>(list_services);
  operations.add<model::ecs::ListServiceDeploymentsOperation>(list_service_deployments);
  operations.add<model::ecs::DescribeServiceDeploymentsOperation>(describe_service_deployments);
  operations.add<model::ecs::DescribeServiceRevisionsOperation>(describe_service_revisions);
  operations.add<model::ecs::StopServiceDeploymentOperation>(stop_service_deployment);
}

void add_other_operations(Operations& operations) {
  operations.add<model::ecs::CreateCapacityProviderOperation>(create_capacity_provider);
  operations.add<model::ecs::DescribeCapacityProvidersOperation>(describe_capacity_providers);
  operations.add<model::ecs::UpdateCapacityProviderOperation>(update_capacity_provider);
  operations.add<model::ecs::DeleteCapacityProviderOperation>(delete_capacity_provider);
  operations.add<model::ecs::CreateTaskSetOperation>(create_task_set, {.token = &kCreateTaskSetToken});
  operations.add<model::ecs::DescribeTaskSetsOperation>(describe_task_sets);
  operations.add<model::ecs::UpdateTaskSetOperation>(update_task_set);
  operations.add<model::ecs::UpdateServicePrimaryTaskSetOperation>(update_service_primary_task_set);
  operations.add<model::ecs::DeleteTaskSetOperation>(delete_task_set);
  operations.add<model::ecs::GetTaskProtectionOperation>(get_task_protection);
  operations.add<model::ecs::UpdateTaskProtectionOperation>(update_task_protection);
  operations.add<model::ecs::ExecuteCommandOperation>(execute_command);
  operations.add<model::ecs::ListServicesByNamespaceOperation>(list_services_by_namespace);
  operations.add<model::ecs::ContinueServiceDeploymentOperation>(continue_service_deployment);
  operations.add<model::ecs::TagResourceOperation>(tag_resource);
  operations.add<model::ecs::UntagResourceOperation>(untag_resource);
  operations.add<model::ecs::ListTagsForResourceOperation>(list_tags_for_resource);
  operations.add<model::ecs::PutAccountSettingOperation>(put_account_setting);
  operations.add<model::ecs::PutAccountSettingDefaultOperation>(put_account_setting_default);
  operations.add<model::ecs::DeleteAccountSettingOperation>(delete_account_setting);
  operations.add<model::ecs::ListAccountSettingsOperation>(list_account_settings);
}

}  // namespace

void add_operations(api::OperationTable& table, const Deps& deps) {
  auto own = words();
  own.token_characters_max = static_cast<std::size_t>(deps.limits.client_token_characters);
  Operations operations(table, "ecs", own, deps);
  add_cluster_operations(operations);
  add_instance_operations(operations);
  add_definition_operations(operations);
  add_task_operations(operations);
  add_service_operations(operations);
  add_other_operations(operations);
}

}  // namespace berth::services::ecs
