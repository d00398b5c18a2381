#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"

namespace berth::sim {

/// What RegisterTaskDefinition is asked for. `image` is one of sim/cluster/docker_host.h in a container of
/// its own, or
///
///   pair       two essential containers; `late` depends on `early` having started.
///   prepared   `prepare` ends by itself after 2 s and is not essential; `prepared` depends on its success.
///
/// `host_port`: the fixed host port of the first container.
JsonObject definition_request(const std::string& family, const std::string& image,
                              std::optional<std::int64_t> host_port);

}  // namespace berth::sim
