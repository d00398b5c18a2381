#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace berth::agent::drivers::docker {

/// A time as Docker writes it: `2026-11-21T02:17:00.062798018Z` or with `+01:00`. Nothing for malformed text
/// and for Go's zero time (year 1), which Docker uses for "never".
std::optional<WallTime> parse_docker_time(std::string_view text);

/// For `since` parameters: `1795227417.374000000`.
std::string render_since(WallTime time);

/// As Go prints it: `4m0s`, `1h0m0s`, `30s`, `1.5s`, `250ms`, `0s`. Below a millisecond it rounds down.
std::string render_go_duration(Duration duration);

}  // namespace berth::agent::drivers::docker
