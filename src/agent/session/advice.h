#pragma once
#include <string>
#include <string_view>

#include "agent/config/agent_config.h"
#include "agent/session/ecs_api.h"

namespace berth::agent::session {

/// What an operator can do about a refused or failed call: the settings that it depends on, with their values
/// where these are no secrets. One line; empty where nothing is known to help. Pure.
std::string advice_on(const ApiFailure& failure, const config::AgentConfig& config);

/// What to do about a container engine that does not answer, by its driver's words. Pure.
std::string advice_on_docker(std::string_view problem);

/// For an agent that has no key: the settings and files that give it one, and where the control plane keeps
/// it.
std::string advice_on_missing_key();

}  // namespace berth::agent::session
