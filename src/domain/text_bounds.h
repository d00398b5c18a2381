#pragma once
#include <cstddef>

// How much is kept of what agents say, and shown of what callers say. Longer texts lose their middle (cut_middle()), longer lists their end.
namespace berth::domain {

/// Reasons of tasks and containers, in bytes.
inline constexpr std::size_t kReasonBytesMax = 1'024;
/// Runtime ids, digests, versions, addresses.
inline constexpr std::size_t kAgentTextBytesMax = 255;
/// Network bindings of a container; a range whose host ports run in step is one.
inline constexpr std::size_t kNetworkBindingsMax = 100;

/// Of what a caller sent, as an error repeats it.
inline constexpr std::size_t kShownBytesMax = 64;

}  // namespace berth::domain
