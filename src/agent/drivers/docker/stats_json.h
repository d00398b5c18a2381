#pragma once
#include <string_view>

#include "agent/engine/driver_types.h"
#include "base/result.h"

namespace berth::agent::drivers::docker {

/// The answer to GET /containers/{id}/stats?stream=false, for control groups of both versions. Networks are
/// summed up.
/// Errors: `invalid` (not a JSON object), `not_found` (the container does not run: Docker then sends zeros).
Result<engine::ContainerStats> parse_container_stats(std::string_view text);

}  // namespace berth::agent::drivers::docker
