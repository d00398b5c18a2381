#include <fmt/format.h>

#include "base/arn.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/operations.h"

// Operations whose other half is AWS infrastructure that is not here. They check what they can, and answer
// the error that clients know for "not possible".
namespace berth::services::ecs {

// There is no Session Manager, so no task has its agent: what AWS answers for such a task.
Decision<model::ecs::ExecuteCommandResponse> execute_command(
    const Call& call, const store::View& view, const model::ecs::ExecuteCommandRequest& request) {
  if (!request.interactive)
    return model::ecs::invalid_parameter_exception("Interactive is the only mode supported currently.");
  auto cluster = find_active_cluster_of(call, view, request.cluster, "task", request.task);
  if (!cluster) return cluster.take_error();
  const auto* found = find_task(call, view, **cluster, request.task);
  if (!found) return model::ecs::invalid_parameter_exception("The specified task was not found.");
  const auto& task = *found->record;
  if (task.last_status != domain::TaskStatus::running)
    return model::ecs::invalid_parameter_exception(fmt::format(
        "The task is in {} status: execute command needs a RUNNING task.", to_string(task.last_status)));
  bool known = !request.container;
  for (const auto& container : task.containers) known = known || container.name == *request.container;
  if (!known)
    return model::ecs::invalid_parameter_exception("The specified container was not found in the task.");
  if (!request.container && task.containers.size() > 1)
    return model::ecs::invalid_parameter_exception(
        "container is required: the task has more than one container.");
  if (!task.enable_execute_command)
    return model::ecs::invalid_parameter_exception(
        "The execute command failed because execute command was not enabled when the task was run or the "
        "execute command agent isn't running. Wait and try again or run a new task with execute command "
        "enabled and try again.");
  return wire::ApiError{
      .code = "TargetNotConnectedException",
      .message =
          "The execute command failed: there is no Session Manager here. Use 'docker exec' on the "
          "task's container instance."};
}

// Namespaces are AWS Cloud Map's, and Service Connect is refused: none exists.
Decision<model::ecs::ListServicesByNamespaceResponse> list_services_by_namespace(
    const Call&, const store::View&, const model::ecs::ListServicesByNamespaceRequest& request) {
  if (request.namespace_.empty())
    return model::ecs::invalid_parameter_exception("Namespace can not be blank.");
  return wire::ApiError{.code = "NamespaceNotFoundException",
                        .message = "The specified namespace was not found."};
}

// Deployments here have no lifecycle hooks, so none ever waits for this.
Decision<model::ecs::ContinueServiceDeploymentResponse> continue_service_deployment(
    const Call& call, const store::View& view, const model::ecs::ContinueServiceDeploymentRequest& request) {
  const auto arn = parse_arn(request.service_deployment_arn);
  if (!arn)
    return model::ecs::invalid_parameter_exception(
        fmt::format("serviceDeploymentArn: {}", arn.error().message));
  const auto resource = parse_ecs_resource(arn->resource);
  const bool here = resource && resource->type == "service-deployment" && arn->region == call.realm.region &&
                    arn->account == call.realm.account;
  if (!here || !view.find<domain::ServiceDeploymentRecord>(
                   store::service_part_key(call.realm, resource->cluster, resource->service, resource->id)))
    return wire::ApiError{.code = "ServiceDeploymentNotFoundException",
                          .message = "The service deployment was not found."};
  return model::ecs::client_exception(
      fmt::format("The service deployment does not wait for a lifecycle hook {}.", request.hook_id));
}

}  // namespace berth::services::ecs
