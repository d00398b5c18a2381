#pragma once
#include "domain/records.h"
#include "services/ecs/core/render.h"

namespace berth::services::ecs {

model::ecs::Task render_task(const domain::TaskRecord& task, WithTags tags);

}  // namespace berth::services::ecs
