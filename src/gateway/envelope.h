#pragma once
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "model/codec_support.h"

namespace berth::gateway {

/// One message of ACS or TCS, both ways: `{"type":"NAME","message":{…}}` (agent-protocol 3).
struct Envelope {
  std::string type;
  JsonObject message;  ///< Empty when it was absent or null.
};

/// Longest type name that is looked at.
inline constexpr std::size_t kTypeBytesMax = 128;

/// Errors: `invalid`: no JSON object, no type, or a message that is no object; `too_large`. Pure.
Result<Envelope> parse_envelope(std::string_view text, std::size_t bytes_max);

/// A frame of TCS may begin with header lines up to an empty one (agent-protocol 5.2): the JSON after them.
/// Pure.
std::string_view strip_header_block(std::string_view frame);

/// The envelope up to its message, which the caller writes, and then end_object().
void begin_envelope(JsonWriter& writer, std::string_view type);
std::string render_envelope(std::string_view type, std::string_view message_json);
template <class T>
std::string envelope_of(std::string_view type, const T& message) {
  JsonWriter writer;
  begin_envelope(writer, type);
  encode(writer, message);
  writer.end_object();
  return writer.take();
}
/// What a peer that cannot be understood is told; agents log it.
std::string error_message(std::string_view text);

/// The message as a T. Unknown members are ignored, null is absent.
/// Errors: `invalid`, naming the member.
template <class T>
Result<T> decode_message(const JsonObject& message) {
  model::DecodeContext context(model::DecodeMode::lenient);
  T out{};
  if (!decode(JsonValue(message), out, context)) return invalid(context.summary());
  return out;
}

}  // namespace berth::gateway
