#include "model/ecs/codec.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

std::optional<api::Toll> definition_toll(const Call& call, const store::View&,
                                         const model::ecs::RegisterTaskDefinitionRequest&) {
  const auto& limits = call.deps.limits;
  return registration_toll(call, "RegisterTaskDefinition", limits.register_task_definition_per_second,
                           limits.register_task_definition_burst);
}

}  // namespace

void add_definition_operations(Operations& operations) {
  operations.add<model::ecs::RegisterTaskDefinitionOperation>(register_task_definition,
                                                              {.toll = definition_toll});
  operations.add<model::ecs::DeregisterTaskDefinitionOperation>(deregister_task_definition);
  operations.add<model::ecs::DescribeTaskDefinitionOperation>(describe_task_definition);
  operations.add<model::ecs::ListTaskDefinitionsOperation>(list_task_definitions);
  operations.add<model::ecs::ListTaskDefinitionFamiliesOperation>(list_task_definition_families);
  operations.add<model::ecs::DeleteTaskDefinitionsOperation>(delete_task_definitions);
}

}  // namespace berth::services::ecs
