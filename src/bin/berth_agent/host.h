#pragma once
#include <map>
#include <string>

#include "agent/config/agent_config.h"
#include "agent/session/registration.h"
#include "runtime/files.h"

namespace berth::agent_program {

/// What the kernel says of this host: cores, memory, machine id, architecture.
agent::session::HostFacts read_host(runtime::Files& files);

/// The environment laid over /etc/ecs/ecs.config (or ECS_AGENT_CONFIG_FILE_PATH, in the same form).
std::map<std::string, std::string> read_variables(runtime::Files& files);

/// Fills in credentials that the environment does not give from the shared-credentials file
/// (AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials; profile AWS_PROFILE, else default).
void add_shared_credentials(runtime::Files& files, const std::map<std::string, std::string>& variables,
                            agent::config::AgentConfig& config);

}  // namespace berth::agent_program
