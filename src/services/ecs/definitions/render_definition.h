#pragma once
#include "domain/records.h"
#include "model/ecs/types.h"

namespace berth::services::ecs {

model::ecs::TaskDefinition render_definition(const domain::TaskDefinitionRecord& record);

}  // namespace berth::services::ecs
