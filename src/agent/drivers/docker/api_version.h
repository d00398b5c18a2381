#pragma once
#include <string>
#include <string_view>

#include "agent/engine/driver_types.h"
#include "base/result.h"

namespace berth::agent::drivers::docker {

/// The API version that this driver is written for.
inline constexpr std::string_view kApiVersionWanted = "1.41";
/// Engines that speak nothing newer lack labels on volumes and filters of events.
inline constexpr std::string_view kApiVersionMin = "1.21";

/// True when `a` is at least `b`; both as "major.minor". False when either is malformed.
bool is_api_at_least(std::string_view a, std::string_view b);

/// What to speak with an engine: the lower of ours and its own, raised to the least that it still takes.
/// Errors: `invalid`: the engine names no version, or is too old.
Result<std::string> choose_api_version(const engine::EngineVersion& engine);

}  // namespace berth::agent::drivers::docker
