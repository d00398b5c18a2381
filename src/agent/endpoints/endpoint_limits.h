#pragma once
#include "http/server.h"

namespace berth::agent::endpoints {

/// What the servers of the agent take from those who need not prove who they are: no more than their requests
/// need. Nobody asks the introspection endpoint with a body; a task's wish for protection is a short one.
http::ServerLimits introspection_limits();
http::ServerLimits task_server_limits();

}  // namespace berth::agent::endpoints
