#pragma once
#include "domain/records.h"

namespace berth::domain {

/// Whether the agent's session ended with the process that held it, and the agent is expected to come to this
/// one: it is not connected, yet its instance keeps its place in everything that is decided (docs/adr/023).
/// The gateway says so at its start, and gives the agent up after a while.
inline bool is_awaited(const ContainerInstanceRecord& instance) {
  return !instance.agent_connected && instance.session_owner && !instance.disconnected_at;
}

/// Whether the agent is connected, or counts as if it were.
inline bool counts_as_connected(const ContainerInstanceRecord& instance) {
  return instance.agent_connected || is_awaited(instance);
}

}  // namespace berth::domain
