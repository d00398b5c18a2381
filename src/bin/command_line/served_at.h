#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace berth::command_line {

/// What `berthd` leaves in its data directory when it serves, so that `berth` finds it whatever its settings
/// say: the file `endpoint`, two lines `name = value`. It stays there when berthd ends.
struct ServedAt {
  std::string url;  ///< How this machine reaches it: "https://127.0.0.1:5167".
  std::string region;
};

/// DATA_DIR/endpoint.
std::string served_at_path(const std::string& data_dir);
/// The URL of a listening address; a wildcard (0.0.0.0, ::) is reached by loopback.
std::string url_of(std::string_view scheme, std::string_view listen_address, std::uint16_t port);

std::string render_served_at(const ServedAt& served);
/// Errors: `invalid`.
Result<ServedAt> parse_served_at(std::string_view text);

}  // namespace berth::command_line
