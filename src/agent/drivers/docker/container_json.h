#pragma once
#include <string_view>
#include <vector>

#include "agent/engine/driver_types.h"
#include "base/result.h"

namespace berth::agent::drivers::docker {

/// The answer to GET /containers/{id}/json (Docker Engine API 1.21 to 1.41). Members that are missing are
/// left empty.
/// Errors: `invalid`: not JSON, not an object, or without Id.
Result<engine::ContainerInfo> parse_container_info(std::string_view text);

/// The answer to GET /containers/json.
/// Errors: `invalid`.
Result<std::vector<engine::ContainerSummary>> parse_container_list(std::string_view text);

engine::HealthStatus parse_health_status(std::string_view text);

}  // namespace berth::agent::drivers::docker
