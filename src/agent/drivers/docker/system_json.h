#pragma once
#include <string_view>

#include "agent/engine/driver_types.h"
#include "base/result.h"

namespace berth::agent::drivers::docker {

/// The answers to GET /version, GET /info, GET /volumes/{name}.
/// Errors: `invalid`.
Result<engine::EngineVersion> parse_engine_version(std::string_view text);
Result<engine::EngineInfo> parse_engine_info(std::string_view text);
Result<engine::VolumeInfo> parse_volume_info(std::string_view text);

/// The body of POST /volumes/create.
std::string render_volume_config(const engine::VolumeConfig& config);

}  // namespace berth::agent::drivers::docker
