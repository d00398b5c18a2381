#pragma once
#include "agent/config/agent_config.h"
#include "agent/session/registration.h"

namespace berth::agent_program {

/// Exit codes that supervisors know (agent-protocol 13).
inline constexpr int kExitOk = 0;
inline constexpr int kExitRestart = 1;
inline constexpr int kExitTerminal = 5;
inline constexpr int kExitUpdate = 42;

/// Builds the real objects, registers, runs until SIGTERM or SIGINT, saves and stops. Containers are left
/// alone.
int run_agent(const agent::config::AgentConfig& config, agent::session::HostFacts facts);

}  // namespace berth::agent_program
