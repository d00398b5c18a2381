#pragma once
#include <atomic>
#include <cstdint>

namespace berth::gateway {

/// What the gateway did since its start.
/// Runs on: any thread.
struct Counters {
  std::atomic<std::uint64_t> upgrades_refused{0};
  std::atomic<std::uint64_t> sessions_replaced{0};
  std::atomic<std::uint64_t> payloads{0};
  std::atomic<std::uint64_t> payload_tasks{0};
  std::atomic<std::uint64_t> redeliveries{0};
  std::atomic<std::uint64_t> acks{0};
  std::atomic<std::uint64_t> nacks{0};
  std::atomic<std::uint64_t> malformed{0};
  std::atomic<std::uint64_t> publishes{0};
};

}  // namespace berth::gateway
