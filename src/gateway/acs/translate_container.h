#pragma once
#include "domain/records.h"
#include "model/acs/acs_types.h"

namespace berth::gateway::acs {

/// One container of translate_task(). Pure.
model::acs::Container translate_container(const domain::TaskRecord& task,
                                          const model::ecs::TaskDefinition& definition,
                                          const model::ecs::ContainerDefinition& container);

}  // namespace berth::gateway::acs
