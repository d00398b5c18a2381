#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/endpoint.h"
#include "runtime/async.h"
#include "runtime/runtime.h"
#include "runtime/transport.h"

namespace berth::http {

/// Whether a TLS server must prove who it is.
enum class Verify { yes, insecure };

struct ClientOptions {
  std::string
      ca_pem;  ///< Certificates to trust instead of the system's (SSL_CERT_FILE is honoured for those).
  Verify verify = Verify::yes;
  ProxySettings proxy;
  std::size_t header_bytes_max = 64U << 10;
  std::uint64_t body_bytes_max = 64U << 20;
  std::size_t websocket_message_bytes_max = 16U << 20;
  Duration connect_timeout = std::chrono::seconds(10);  ///< Of a call: to be connected, TLS included.
  std::size_t idle_connections_max = 16;
  Duration idle_max = std::chrono::seconds(60);         ///< A connection unused for longer is not used again.
  Duration write_stall_max = std::chrono::seconds(30);  ///< A peer that takes no bytes for so long is gone.
};

/// Sends requests to `endpoint_url` (http, https, tcp, unix; see parse_endpoint), on a pool of kept
/// connections.
///
/// Host, Content-Length and Connection are added; a Host in the request wins (it may be signed). TLS is 1.2
/// or later, with the host as server name. http goes through a proxy in absolute form, everything else by
/// CONNECT. A request that met a connection closed meanwhile is sent once more on a new one, if it is a GET
/// or HEAD or nothing of it was sent.
///
/// Borrows: runtime, while the caller lives.
/// Runs on: `executor`; every call() has ended before the caller is destroyed.
/// Errors:  `invalid` for a bad URL, CA or proxy.
Result<std::unique_ptr<runtime::HttpCaller>> make_http_caller(std::string_view endpoint_url,
                                                              ClientOptions options, Executor executor,
                                                              runtime::Runtime& runtime);

/// Opens websockets to `endpoint_url` (ws, wss, http, https, unix). The dialer sends the headers of the
/// request it is given (signed by its owner) and adds the handshake's own. A refused upgrade is Error
/// `denied`; its message is "STATUS BODY": `400 {"Inactive…":"…"}`.
///
/// Borrows: runtime, while dialer and sockets live.
/// Runs on: `executor`. A socket may outlive its dialer.
Result<std::unique_ptr<runtime::SocketDialer>> make_socket_dialer(std::string_view endpoint_url,
                                                                  ClientOptions options, Executor executor,
                                                                  runtime::Runtime& runtime);

}  // namespace berth::http
