#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace berth::http {

/// Where a client connects to.
struct Endpoint {
  enum class Kind { tcp, tls, unix_socket };
  Kind kind = Kind::tcp;
  std::string host;  ///< Name or address, without brackets. "localhost" for a unix socket.
  std::uint16_t port = 0;
  std::string path;       ///< Of the unix socket.
  std::string user_info;  ///< `user:password`, percent-decoded; only proxies use it.

  /// As a Host header: the port is left out when it is the scheme's own.
  std::string authority() const;
};

/// `http://HOST[:PORT]`, `https://`, `ws://`, `wss://`, `tcp://` (plain; Docker's), `unix:///PATH`. A path
/// behind the authority is ignored.
/// Errors: `invalid`.
Result<Endpoint> parse_endpoint(std::string_view url);

/// What the environment says about proxies, in the form of the usual variables.
struct ProxySettings {
  std::string http_proxy;
  std::string https_proxy;
  std::string no_proxy;  ///< Comma separated: names (with their sub-domains), addresses, `host:port`, or `*`.
};

/// The proxy to use for `target`, if any. Loopback targets and unix sockets never use one.
/// Errors: `invalid` when the proxy's URL is malformed.
Result<std::optional<Endpoint>> find_proxy(const ProxySettings& settings, const Endpoint& target);

}  // namespace berth::http
