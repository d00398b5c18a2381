#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/api_error.h"
#include "wire/protocol.h"

namespace berth::wire {

/// An answer, ready for the HTTP layer, which adds x-amzn-RequestId.
struct RenderedAnswer {
  int status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Messages name the value that was wrong, which may be as long as a request: what is longer loses its
/// middle.
inline constexpr std::size_t kErrorMessageBytesMax = 2'048;

/// Renders an error in the protocol that the request came in; an unknown one gets JSON 1.1. Pure.
RenderedAnswer render_error(const ApiError& error, const RequestIdentity& identity,
                            std::string_view request_id);

/// Content type of answers in this protocol.
std::string_view content_type_of(Protocol protocol);

}  // namespace berth::wire
