#pragma once
#include <memory>
#include <optional>
#include <string>

#include "http/channel.h"
#include "http/client.h"
#include "http/message_parser.h"

namespace berth::http {

/// Opens channels to one endpoint: resolves, goes through the proxy, does TLS. Private to http.
///
/// Runs on: its executor. No deadline of its own: the caller cancels.
class Connector {
 public:
  enum class Use { requests, websocket };

  static Result<std::shared_ptr<Connector>> make(std::string_view endpoint_url, ClientOptions options,
                                                 Use use, Executor executor);

  Async<Result<ChannelPtr>> connect();
  const Endpoint& endpoint() const { return endpoint_; }
  const ClientOptions& options() const { return options_; }
  /// Turns a request into what the next hop expects: absolute form for a proxy that forwards plain requests.
  void address(runtime::HttpRequest& request) const;

 private:
  Connector(Endpoint endpoint, ClientOptions options, Executor executor);
  Result<void> load_trust();
  Async<Result<ChannelPtr>> connect_tcp(std::string host, std::uint16_t port);
  Async<Result<ChannelPtr>> connect_unix();
  Async<Result<void>> start_tls(ChannelPtr channel, std::string host);
  Async<Result<void>> ask_tunnel(ChannelPtr channel);
  bool tunnels() const;

  Endpoint endpoint_;
  ClientOptions options_;
  Executor executor_;
  Use use_ = Use::requests;
  std::optional<Endpoint> proxy_;
  std::unique_ptr<boost::asio::ssl::context> tls_;
};

/// Reads one response head and as much of the body as came with it.
struct ResponseReader {
  ResponseReader(MessageBounds bounds, ResponseParser::Body body);
  /// Feeds one read to the parser.
  /// Errors: `unavailable`, `too_large`.
  Async<Result<void>> read_some(ChannelPtr channel);

  MessageBounds bounds;
  ResponseParser::Body body;
  std::optional<ResponseParser> parser;
  std::string buffer;     ///< Bytes read but not consumed.
  bool done = false;      ///< The response is complete.
  bool answered = false;  ///< Any byte of an answer has come.
};

}  // namespace berth::http
