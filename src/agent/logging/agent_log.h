#pragma once
#include "agent/config/agent_config.h"

namespace berth::agent::logging {

/// Sets up the log of the whole process as configured: lines on the standard error output at ECS_LOGLEVEL,
/// and all of them from debug up (or ECS_LOGLEVEL_ON_INSTANCE) in ECS_LOGFILE, as the guide says of it.
void configure_agent_log(const config::LogConfig& config);

}  // namespace berth::agent::logging
