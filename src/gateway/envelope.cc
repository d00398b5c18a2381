#include "gateway/envelope.h"

#include <fmt/format.h>

#include "model/acs/acs_types.h"
#include "model/acs/codec.h"

namespace berth::gateway {

Result<Envelope> parse_envelope(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max)
    return Error{ErrorCode::too_large,
                 fmt::format("The message has {} bytes; {} are allowed.", text.size(), bytes_max), Retry::no};
  auto json = parse_json(text);
  if (!json) return json.error();
  if (!json->is_object()) return invalid("The message is not a JSON object.");
  JsonObject& object = json->get_object();
  const JsonValue* type = object.if_contains("type");
  if (!type || !type->is_string()) return invalid("The message has no type.");
  const auto& name = type->get_string();
  if (name.empty() || name.size() > kTypeBytesMax)
    return invalid("The type of the message is empty or too long.");
  Envelope envelope{std::string(name), {}};
  JsonValue* message = object.if_contains("message");
  if (!message || message->is_null()) return envelope;
  if (!message->is_object()) return invalid("The member `message` is not a JSON object.");
  envelope.message = std::move(message->get_object());
  return envelope;
}

std::string_view strip_header_block(std::string_view frame) {
  const auto first = frame.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && frame[first] == '{') return frame;
  const auto end = frame.find("\r\n\r\n");
  return end == std::string_view::npos ? frame : frame.substr(end + 4);
}

void begin_envelope(JsonWriter& writer, std::string_view type) {
  writer.begin_object();
  writer.key("type");
  writer.string(type);
  writer.key("message");
}

std::string render_envelope(std::string_view type, std::string_view message_json) {
  JsonWriter writer;
  begin_envelope(writer, type);
  writer.raw(message_json);
  writer.end_object();
  return writer.take();
}

std::string error_message(std::string_view text) {
  model::acs::ErrorMessage message;
  message.message = text;
  return envelope_of("ErrorMessage", message);
}

}  // namespace berth::gateway
