#pragma once
#include "services/core/registry.h"

namespace berth::services::ecs {

/// Every operation of the ECS API that Berth implements.
void add_handlers(HandlerRegistry& registry);

}  // namespace berth::services::ecs
