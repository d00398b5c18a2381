#pragma once
#include "services/core/registry.h"

namespace berth::services::sts {

/// The operations of STS that Berth implements.
void add_handlers(HandlerRegistry& registry);

}  // namespace berth::services::sts
