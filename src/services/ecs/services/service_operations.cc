#include "model/ecs/codec.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {

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
  operations.add<model::ecs::CreateTaskSetOperation>(create_task_set, {.token = &kCreateTaskSetToken});
  operations.add<model::ecs::DescribeTaskSetsOperation>(describe_task_sets);
  operations.add<model::ecs::UpdateTaskSetOperation>(update_task_set);
  operations.add<model::ecs::UpdateServicePrimaryTaskSetOperation>(update_service_primary_task_set);
  operations.add<model::ecs::DeleteTaskSetOperation>(delete_task_set);
  operations.add<model::ecs::ListServicesByNamespaceOperation>(list_services_by_namespace);
  operations.add<model::ecs::ContinueServiceDeploymentOperation>(continue_service_deployment);
}

}  // namespace berth::services::ecs
