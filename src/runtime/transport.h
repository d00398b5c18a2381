#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "runtime/async.h"

namespace berth::runtime {

/// A header field. Names are compared without regard to case.
struct Header {
  std::string name;
  std::string value;
};

/// An HTTP request that owns its parts. `target` is path and query as on the wire (still percent-encoded).
struct HttpRequest {
  std::string method = "POST";
  std::string target = "/";
  std::vector<Header> headers;
  std::string body;
};

struct HttpResponse {
  int status = 200;
  std::vector<Header> headers;  ///< Content-Length, Connection and Date are the transport's business.
  std::string body;
};

/// The first header of that name, or empty.
std::string_view find_header(std::span<const Header> headers, std::string_view name);

/// Who is at the other end of a connection.
struct Peer {
  std::string address;  ///< Without port.
  bool tls = false;
  std::string host;  ///< Local address and port, as text: `127.0.0.1:51670`.
};

/// Sends requests to one endpoint, keeping connections alive between them.
///
/// Runs on: one executor. Several calls may be under way at once; each uses its own connection.
/// Errors:  `unavailable` (no connection; the outcome is unknown if the request was sent), `timeout`,
/// `too_large`.
class HttpCaller {
 public:
  virtual ~HttpCaller() = default;
  virtual Async<Result<HttpResponse>> call(HttpRequest request, Duration timeout) = 0;
};

/// A connection of whole text messages, both ways: a websocket in production.
///
/// Runs on: one executor; one receive() and one send() may be under way at a time.
/// Errors:  `closed` after an orderly close by the peer, `unavailable` after a broken connection,
/// `too_large`.
class MessageSocket {
 public:
  virtual ~MessageSocket() = default;
  virtual Async<Result<std::string>> receive() = 0;
  virtual Async<Result<void>> send(std::string text) = 0;
  /// Starts an orderly close; a pending receive() ends with `closed`. `code` and `reason` as in RFC 6455.
  virtual void close(int code, std::string reason) = 0;
};

/// Opens MessageSockets to one endpoint. A refused upgrade is Error `denied` with the response's body as
/// message.
class SocketDialer {
 public:
  virtual ~SocketDialer() = default;
  virtual Async<Result<std::unique_ptr<MessageSocket>>> dial(HttpRequest upgrade, Duration timeout) = 0;
};

/// What an upgrade request gets: either a refusal, or a socket handed to `run_socket` with `context`.
struct UpgradeDecision {
  bool accepted = false;
  HttpResponse refusal;           ///< When not accepted.
  std::shared_ptr<void> context;  ///< When accepted: handed back to run_socket().
};

/// The server side: what answers requests and talks on accepted sockets.
///
/// Runs on: any of the server's executors, each request on its connection's. The request outlives the call.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  virtual Async<HttpResponse> handle(const HttpRequest& request, const Peer& peer) = 0;
  virtual Async<UpgradeDecision> upgrade(const HttpRequest& request, const Peer& peer) = 0;
  /// Returns when the conversation is over; the transport then closes the socket.
  virtual Async<void> run_socket(std::shared_ptr<void> context, MessageSocket& socket) = 0;
};

}  // namespace berth::runtime
