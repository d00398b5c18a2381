#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/byte_budget.h"
#include "runtime/async.h"
#include "runtime/runtime.h"
#include "runtime/transport.h"

namespace berth::http {

/// Every bound of a server. Times are checked once per `sweep_interval`, so they are kept to that precision.
struct ServerLimits {
  std::size_t header_bytes_max = 64U << 10;             ///< Beyond: 431.
  std::uint64_t body_bytes_max = 16U << 20;             ///< Beyond: 413.
  std::size_t request_bytes_total_max = 64U << 20;      ///< Of all connections, see ByteBudget; beyond: 503.
  std::size_t connections_max = 20'000;                 ///< Beyond: an idle one is closed, or the new one.
  int descriptor_max = 0;                               ///< Beyond this number: the same. 0: no such bound.
  std::size_t websocket_message_bytes_max = 16U << 20;  ///< Beyond: close 1009.
  Duration idle_timeout = std::chrono::seconds(75);     ///< Between requests, and before the first byte.
  Duration header_read_timeout = std::chrono::seconds(10);  ///< First to last byte of a header; beyond: 408.
  Duration body_read_timeout = std::chrono::seconds(60);    ///< First to last byte of a body; beyond: 408.
  Duration write_timeout = std::chrono::seconds(30);        ///< One response, or one websocket message.
  Duration handshake_timeout = std::chrono::seconds(10);    ///< TLS, and the websocket's 101.
  Duration close_timeout = std::chrono::seconds(3);         ///< For the peer's part of a close.
  Duration stop_grace = std::chrono::seconds(5);            ///< For requests and sockets under way at stop().
  Duration sweep_interval = std::chrono::seconds(1);
};

/// A certificate chain and its key, as PEM text.
struct TlsIdentity {
  std::string certificate_pem;
  std::string key_pem;
};

/// Whether a client may talk without TLS.
enum class PlainHttp { allowed, refused };

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;          ///< 0: any free one.
  std::optional<TlsIdentity> tls;  ///< Without it, TLS clients are disconnected.
  PlainHttp plain = PlainHttp::allowed;
  /// What this server and others share; null: one of its own, of `request_bytes_total_max`.
  std::shared_ptr<ByteBudget> budget = {};
  /// Whom to answer, by address; others get 403 before anything that they sent is read. Empty: everybody.
  std::function<bool(const std::string& address)> admits = {};
  /// Words a refusal of the transport itself (400, 408, 413, 431, 503) for a request of which only the header
  /// is known; called on any thread. Empty: the reason as plain text.
  std::function<runtime::HttpResponse(const runtime::HttpRequest& head, int status, std::string_view reason)>
      render_refusal = {};
};

/// Counts since start, but for the two `_now`.
struct ServerStats {
  std::uint64_t connections = 0;
  std::uint64_t connections_refused = 0;  ///< For want of room: connections_max, descriptor_max.
  std::uint64_t connections_shed = 0;     ///< Idle ones that were closed to make room.
  std::uint64_t connections_now = 0;
  std::uint64_t websockets_now = 0;
  std::uint64_t requests = 0;
  std::uint64_t bad_requests = 0;  ///< Answered 400, 403, 408, 413, 431 or 503 by the transport itself.
  std::uint64_t timeouts = 0;
};

/// HTTP/1.1 and websockets, plain and over TLS (1.2 and later) on one port, told apart by the first byte.
///
/// Keep-alive and pipelining; requests of one connection are answered one after the other. Content-Length on
/// every answer. Any method reaches the handler, but for HEAD the transport leaves out the body.
///
/// Borrows: handler and runtime, until stop() has completed.
/// Runs on: the given executors, each of them one thread; a connection stays on one. start(), stats(), port()
///   on any thread.
/// Errors: start(): `unavailable` (address in use, no such address), `invalid` (bad address, certificate or
///   key).
/// Invariant: stop() has completed before destruction, unless start() was never called or failed.
class Server {
 public:
  Server(std::vector<Executor> executors, ServerOptions options, ServerLimits limits,
         runtime::RequestHandler& handler, runtime::Runtime& runtime);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Result<void> start();
  /// The port in use, once started.
  std::uint16_t port() const;
  /// Stops accepting, lets requests under way end, closes websockets with 1001, and after `stop_grace` cuts
  /// off what is left. Call once; from any executor.
  Async<void> stop();
  ServerStats stats() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace berth::http
