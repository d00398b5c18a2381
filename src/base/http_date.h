#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"

namespace berth {

/// The moment of a Date header in the form that servers send ("Fri, 20 Nov 2026 23:34:11 GMT", RFC 9110,
/// 5.6.7), to the second; nothing for anything else. Pure.
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace berth
