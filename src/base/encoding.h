#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace berth {

/// Lower-case hex of any bytes.
std::string encode_hex(std::string_view bytes);
/// base64 with `+/` and padding (RFC 4648, 4).
std::string encode_base64(std::string_view bytes);
Result<std::string> decode_base64(std::string_view text);
/// base64url without padding (RFC 4648, 5).
std::string encode_base64url(std::string_view bytes);
Result<std::string> decode_base64url(std::string_view text);
/// Percent-encodes everything but the unreserved characters of RFC 3986; `keep_slash` leaves '/' alone.
enum class Slash { encode, keep };
std::string encode_uri(std::string_view text, Slash slash = Slash::encode);
/// Undoes percent-encoding; `plus` says whether '+' means a space, as in forms.
enum class Plus { literal, space };
Result<std::string> decode_uri(std::string_view text, Plus plus = Plus::literal);

}  // namespace berth
