#include "services/ecs/operations.h"

namespace berth::services::ecs {

// One address serves all; the paths tell the sockets apart. Agents add "ws?…" to what they get, and stop
// their telemetry for good after any error here, so nothing of the request is looked at (agent-protocol 2.3).
Decision<model::ecs::DiscoverPollEndpointResponse> discover_poll_endpoint(
    const Call& call, const store::View&, const model::ecs::DiscoverPollEndpointRequest&) {
  const std::string& base = call.endpoint.empty() ? call.deps.endpoint : call.endpoint;
  model::ecs::DiscoverPollEndpointResponse response;
  response.endpoint = base + "/acs/";
  response.telemetry_endpoint = base + "/telemetry/";
  response.service_connect_endpoint = base + "/sc/";
  return response;
}

}  // namespace berth::services::ecs
