#pragma once
#include "services/core/registry.h"

// Berth's own API (api/berth.smithy). The name space is that of its model: `berth` inside `berth` would hide
// it.
namespace berth::services::control {

/// Every operation of Berth's own API.
void add_handlers(HandlerRegistry& registry);

}  // namespace berth::services::control
