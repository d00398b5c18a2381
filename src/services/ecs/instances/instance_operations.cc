#include "model/ecs/codec.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

std::optional<api::Toll> instance_toll(const Call& call, const store::View&,
                                       const model::ecs::RegisterContainerInstanceRequest&) {
  const auto& limits = call.deps.limits;
  return registration_toll(call, "RegisterContainerInstance", limits.register_container_instance_per_second,
                           limits.register_container_instance_burst);
}

}  // namespace

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

}  // namespace berth::services::ecs
