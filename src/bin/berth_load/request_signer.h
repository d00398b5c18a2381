#pragma once
#include <string>
#include <string_view>

#include "auth/sigv4.h"
#include "bin/berth_load/stream.h"

namespace berth::load {

/// Whom requests go to, and as whom.
struct Target {
  Address address;
  std::string region = "us-east-1";
  std::string cluster = "default";
  auth::SigningCredentials credentials;
};

/// The wall clock's second: signatures are as old as that, so equal requests of one second are equal bytes.
std::int64_t wall_seconds();

/// Makes whole HTTP requests, signed now.
class RequestSigner {
 public:
  explicit RequestSigner(const Target& target);
  /// A call of the ECS API. `marker` ≥ 0 goes along in a header that nobody signs or reads but the echo
  /// server.
  std::string api_request(std::string_view operation, std::string_view body, int marker = -1);
  /// A websocket handshake for path and query.
  std::string handshake(std::string_view target);

 private:
  const Target& target_;
  std::string host_;
  auth::SigningKeyCache keys_;
};

}  // namespace berth::load
