#pragma once
#include <string>
#include <string_view>

#include "gateway/envelope.h"

namespace berth::gateway::acs {

inline constexpr std::string_view kAck = "AckRequest";
inline constexpr std::string_view kNack = "NackRequest";

/// What AckRequest and NackRequest say. Their cluster and instance are not looked at: the socket has one
/// instance only, and some agents write a bare name where others write an ARN.
struct Acknowledgement {
  std::string message_id;
  std::string reason;  ///< Of a NackRequest.
};

/// Errors: `invalid`: no message id.
inline Result<Acknowledgement> parse_acknowledgement(const JsonObject& message) {
  const auto text = [&](std::string_view name) {
    const JsonValue* value = message.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  Acknowledgement out{text("messageId"), text("reason")};
  if (out.message_id.empty())
    return invalid("The acknowledgement names no message: `messageId` must be a string.");
  return out;
}

}  // namespace berth::gateway::acs
