#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace berth::gateway {

/// How often a write of the gateway's that lost a race is decided anew.
inline constexpr int kAttemptsMax = 32;

/// Every bound of the gateway (agent-protocol 3 to 5 say what agents expect).
struct GatewayLimits {
  Duration heartbeat_interval = std::chrono::seconds(30);  ///< Agents of today give up after 60 s of silence.
  Duration telemetry_heartbeat_interval = std::chrono::seconds(60);
  Duration redelivery = std::chrono::seconds(60);  ///< A payload that was not acknowledged goes out again.
  /// Of an agent that promised to answer heartbeats: two are missing. A host that lost its power says no
  /// goodbye; users must see it within 90 s.
  Duration silence_max = std::chrono::seconds(75);
  /// How long an instance counts as it stood without a session: with the sweep's interval, 90 s.
  Duration absence = std::chrono::seconds(80);
  Duration sweep_interval = std::chrono::seconds(10);
  Duration update_answer_max =
      std::chrono::minutes(20);  ///< For an agent to download an update: it gives up itself after 15.
  /// How long an update is shown as STAGED before the agent is told to restart: whoever looks each second
  /// sees it.
  Duration update_staged_min = std::chrono::seconds(3);
  Duration update_restart_max = std::chrono::minutes(10);  ///< For an agent to come back from an update.
  Duration manifest_patience = std::chrono::seconds(15);   ///< Until a manifest goes out once more.
  Duration retry_delay = std::chrono::seconds(1);          ///< After the store was not available.
  Duration stop_grace = std::chrono::seconds(5);           ///< For sessions to end at stop().
  std::size_t control_message_bytes_max = 1U << 20;
  std::size_t telemetry_message_bytes_max = 4U << 20;
  std::size_t malformed_max = 100;  ///< Messages of one session that cannot be read; beyond: closed.
  std::size_t outbox_max = 1000;    ///< Answers that a peer has not taken; beyond: closed.
  std::size_t tasks_per_payload = 10;
  std::size_t unacknowledged_max = 1000;  ///< Payloads remembered for a late acknowledgement.
  std::size_t tasks_per_commit = 50;
  Duration marks_gathered = std::chrono::milliseconds(10);  ///< How long acknowledgements wait for others.
  std::int64_t sequence_block = 100;                        ///< Payload sequence numbers reserved at a time.
  std::size_t telemetry_tasks_max = 10'000;
  std::size_t stopped_tasks_scan_max = 10'000;  ///< Looked at when an agent comes back after an absence.
};

}  // namespace berth::gateway
