#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace berth::auth {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// SHA-256 and HMAC-SHA256 without allocations: each thread keeps one OpenSSL context and the fetched
/// algorithm, as fetching them for each digest costs more than hashing a usual request.
///
/// Runs on: any thread.
/// Errors:  OpenSSL refusing SHA-256 is a broken installation and ends the process.
Sha256Digest sha256(std::string_view bytes);
/// The parts of the message follow each other without a separator.
Sha256Digest hmac_sha256(std::string_view key, std::initializer_list<std::string_view> message);

inline std::string_view bytes_of(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
/// Appends 64 lower-case hex digits.
void append_hex(std::string& out, const Sha256Digest& digest);
/// True when both texts are equal; takes the same time wherever they differ.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace berth::auth
