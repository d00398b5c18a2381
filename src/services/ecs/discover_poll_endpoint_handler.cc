#include "services/ecs/handlers.h"

namespace berth::services::ecs {

// One address serves all; the paths tell the sockets apart. Agents add "ws?…" to what they get, and stop
// their telemetry for good after any error here, so nothing of the request is looked at (agent-protocol 2.3).
Async<ApiResult<model::ecs::DiscoverPollEndpointResponse>> discover_poll_endpoint(
    Context& context, model::ecs::DiscoverPollEndpointRequest) {
  const std::string& base = context.endpoint.empty() ? context.services.endpoint : context.endpoint;
  model::ecs::DiscoverPollEndpointResponse response;
  response.endpoint = base + "/acs/";
  response.telemetry_endpoint = base + "/telemetry/";
  response.service_connect_endpoint = base + "/sc/";
  co_return response;
}

}  // namespace berth::services::ecs
