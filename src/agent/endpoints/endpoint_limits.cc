#include "agent/endpoints/endpoint_limits.h"

#include "agent/endpoints/handlers.h"

namespace berth::agent::endpoints {
namespace {

constexpr std::size_t kHeaderBytesMax = 16U << 10;
constexpr std::uint64_t kProtectionBodyBytesMax = 4U << 10;
constexpr std::size_t kRequestBytesTotalMax = 1U << 20;
constexpr std::size_t kIntrospectionConnectionsMax = 64;
/// Containers keep theirs: one or a few for each SDK in them.
constexpr std::size_t kTaskConnectionsMax = 512;

http::ServerLimits limits_for(std::uint64_t body_bytes_max, std::size_t connections_max) {
  http::ServerLimits limits;
  limits.header_bytes_max = kHeaderBytesMax;
  limits.body_bytes_max = body_bytes_max;
  limits.request_bytes_total_max = kRequestBytesTotalMax;
  limits.connections_max = connections_max;
  limits.header_read_timeout = limits.body_read_timeout = limits.write_timeout = kEndpointTimeout;
  return limits;
}

}  // namespace

http::ServerLimits introspection_limits() {
  return limits_for(0, kIntrospectionConnectionsMax);
}

http::ServerLimits task_server_limits() {
  return limits_for(kProtectionBodyBytesMax, kTaskConnectionsMax);
}

}  // namespace berth::agent::endpoints
