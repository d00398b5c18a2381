#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "auth/sigv4.h"
#include "domain/realm.h"
#include "runtime/transport.h"
#include "store/view.h"

namespace berth::gateway {

enum class SocketKind { control, telemetry };  ///< ACS, TCS.

/// What an agent says in the URL of its websocket (agent-protocol 4.1, 5.1).
struct SocketRequest {
  SocketKind kind = SocketKind::control;
  std::string cluster;  ///< Name or ARN, as configured in the agent; "default" when it says nothing.
  std::string container_instance;  ///< ARN or id.
  std::string agent_version, agent_hash;
  std::string docker_version;  ///< With its prefix, as ACS has it.
  std::int64_t sequence = 0;   ///< Of the last payload that the agent handled.
  int protocol_version = 1;    ///< From 2 on the agent answers heartbeats.
};

/// The instance that a socket was accepted for: what upgrade() hands to run_socket().
struct SocketContext {
  SocketRequest request;
  domain::Realm realm;
  std::string cluster;       ///< Name.
  std::string instance_key;  ///< In the store; also names its group in kTasksToDeliver.
  std::string instance_arn;
  std::string origin = {};  ///< scheme://host:port by which the agent reached us.
};

/// Payload sequence numbers in a URL beyond this are not believed: there must be room above them.
inline constexpr std::int64_t kSequenceBelievedMax = std::int64_t{1} << 30;
inline constexpr std::size_t kQueryBytesMax = 8192;

struct Refusal {
  int status = 400;
  std::string exception;  ///< `InactiveInstanceException`, …
  std::string message;
};
/// `{"InactiveInstanceException":"text"}`: the form that agents of all versions look for in a refused
/// upgrade.
runtime::HttpResponse refusal_response(const Refusal& refusal);

/// Reads the target of an upgrade request. The query decides what kind it is, else the path. Pure.
std::variant<SocketRequest, Refusal> parse_socket_request(std::string_view target);

/// Verifies the handshake: SigV4 for service `ecs`, over GET and an empty payload.
std::variant<auth::Principal, Refusal> verify_handshake(const runtime::HttpRequest& request,
                                                        const auth::KeyLookup& find_key, WallTime now,
                                                        auth::SigningKeyCache& cache);

/// Finds cluster and instance, and refuses what is unknown or inactive.
std::variant<SocketContext, Refusal> find_socket_instance(const store::View& view, const domain::Realm& realm,
                                                          SocketRequest request);

}  // namespace berth::gateway
