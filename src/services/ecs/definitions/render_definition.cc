#include "services/ecs/definitions/render_definition.h"

namespace berth::services::ecs {

model::ecs::TaskDefinition render_definition(const domain::TaskDefinitionRecord& record) {
  model::ecs::TaskDefinition definition = record.definition;
  switch (record.status) {
    case domain::DefinitionStatus::active:
      definition.status = model::ecs::TaskDefinitionStatus::active;
      break;
    case domain::DefinitionStatus::inactive:
      definition.status = model::ecs::TaskDefinitionStatus::inactive;
      break;
    case domain::DefinitionStatus::delete_in_progress:
      definition.status = model::ecs::TaskDefinitionStatus::delete_in_progress;
      break;
  }
  definition.registered_at = record.registered_at;
  definition.deregistered_at = record.deregistered_at;
  definition.delete_requested_at = record.delete_requested_at;
  return definition;
}

}  // namespace berth::services::ecs
