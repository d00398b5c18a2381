#pragma once
#include <string_view>
#include <vector>

#include "agent/endpoints/endpoint_state.h"

namespace berth::agent::endpoints {

/// What port 51678 answers to `target` (developer guide: container agent introspection): `/v1/metadata`,
/// `/v1/tasks`,
/// `/v1/tasks?taskarn=` and `?dockerid=` (a full id, or a leading part that only one container has),
/// `/license`; anything else lists the commands. Pure.
EndpointAnswer answer_introspection(std::string_view target, const AgentMetadata& metadata,
                                    const std::vector<EndpointTask>& tasks, std::string_view license);

}  // namespace berth::agent::endpoints
