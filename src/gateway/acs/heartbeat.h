#pragma once
#include <string>
#include <string_view>

#include "base/json.h"
#include "gateway/envelope.h"

namespace berth::gateway::acs {

/// HeartbeatMessage. Agents that promised protocol version 2 answer HeartbeatAckRequest; older ones only note
/// that the connection lives.
inline std::string heartbeat_message(const std::string& message_id) {
  return render_envelope("HeartbeatMessage",
                         render_json(JsonObject{{"healthy", true}, {"messageId", message_id}}));
}
inline constexpr std::string_view kHeartbeatAck = "HeartbeatAckRequest";

}  // namespace berth::gateway::acs
