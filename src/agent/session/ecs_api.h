#pragma once
#include <memory>
#include <string>
#include <variant>

#include "agent/session/server_clock.h"
#include "auth/sigv4.h"
#include "base/json.h"
#include "base/result.h"
#include "runtime/runtime.h"
#include "runtime/transport.h"

namespace berth::agent::session {

/// What the control plane answered when it refused, or why it could not be asked.
struct ApiFailure {
  std::string code;  ///< The exception's name; empty when there was no answer.
  std::string message;
  int status = 0;  ///< HTTP status; 0 when there was no answer.
  /// Worth repeating the same call: no answer, a 5xx, or throttling.
  bool retriable() const;
};
using ApiOutcome = std::variant<JsonObject, ApiFailure>;

/// Whom the agent talks to, and as whom.
struct Endpoint {
  std::string url;   ///< http://host:port
  std::string host;  ///< host:port, as it is signed.
  std::string region;
  auth::SigningCredentials credentials;
};
/// Errors: `invalid` for a URL without a host.
Result<Endpoint> make_endpoint(std::string url, std::string region, auth::SigningCredentials credentials);

/// Signed calls of the ECS API (agent-protocol 2). A call that is refused because this host's clock is off is
/// made again with the control plane's time.
///
/// Runs on: the agent's executor; several calls at once are fine.
class EcsApi {
 public:
  EcsApi(Endpoint endpoint, runtime::HttpCaller& caller, runtime::Runtime& runtime);
  Async<ApiOutcome> call(std::string operation, std::string body,
                         Duration timeout = std::chrono::seconds(42));
  /// The same of CloudWatch Logs, at the same endpoint, in a region that may be another.
  Async<ApiOutcome> call_logs(std::string operation, std::string body, std::string region,
                              Duration timeout = std::chrono::seconds(42));
  const Endpoint& endpoint() const { return endpoint_; }
  auth::SigningKeyCache& signing_keys() { return keys_; }
  /// What handshakes and frames are signed with.
  WallTime signing_time() const { return clock_.now(); }

 private:
  /// Which API, and how it is signed.
  struct Call {
    std::string target, service, region;
  };
  Async<ApiOutcome> call_api(Call call, std::string body, Duration timeout);
  Async<Result<runtime::HttpResponse>> send(Call call, std::string body, Duration timeout);

  Endpoint endpoint_;
  runtime::HttpCaller& caller_;
  ServerClock clock_;
  auth::SigningKeyCache keys_;
};

/// Text member of an answer; empty when absent.
std::string text_of(const JsonObject& object, std::string_view name);

/// A signed websocket handshake for `target` (path and query) at `endpoint` (agent-protocol 3).
runtime::HttpRequest signed_handshake(const Endpoint& endpoint, std::string target, WallTime now,
                                      auth::SigningKeyCache& keys);

}  // namespace berth::agent::session
