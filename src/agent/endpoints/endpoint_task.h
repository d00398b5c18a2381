#pragma once
#include <string>

#include "agent/endpoints/endpoint_state.h"
#include "agent/engine/task_state.h"

namespace berth::agent::endpoints {

/// A task of the engine as the endpoints show it. `cluster` as configured. Tags are the caller's to add.
/// Pure.
EndpointTask make_endpoint_task(const engine::TaskState& task, std::string cluster,
                                std::string availability_zone);

}  // namespace berth::agent::endpoints
