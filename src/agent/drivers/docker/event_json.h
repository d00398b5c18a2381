#pragma once
#include <optional>
#include <string_view>

#include "agent/engine/driver_types.h"
#include "base/result.h"

namespace berth::agent::drivers::docker {

/// One line of GET /events; nothing for events of other things than containers. Old engines (before API 1.22)
/// send `status` and `id` only.
/// Errors: `invalid`.
Result<std::optional<engine::ContainerEvent>> parse_container_event(std::string_view line);

}  // namespace berth::agent::drivers::docker
