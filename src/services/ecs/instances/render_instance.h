#pragma once
#include "services/ecs/core/render.h"
#include "store/view.h"

namespace berth::services::ecs {

/// With the counts and remaining resources of the moment of the view.
model::ecs::ContainerInstance render_instance(const store::View& view,
                                              const store::Stored<domain::ContainerInstanceRecord>& instance,
                                              WithTags tags);

}  // namespace berth::services::ecs
