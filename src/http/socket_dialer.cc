#include "http/client.h"
#include "http/connector.h"
#include "http/websocket_session.h"
#include "runtime/sync.h"

namespace berth::http {
namespace {

/// The owner's end of a session: dropping it breaks the connection.
class DialedSocket final : public runtime::MessageSocket {
 public:
  explicit DialedSocket(std::shared_ptr<WebsocketSession> session) : session_(std::move(session)) {}
  ~DialedSocket() override { session_->abort(); }
  Async<Result<std::string>> receive() override { return session_->receive(); }
  Async<Result<void>> send(std::string text) override { return session_->send(std::move(text)); }
  void close(int code, std::string reason) override { session_->close(code, std::move(reason)); }

 private:
  std::shared_ptr<WebsocketSession> session_;
};

using Dialed = Result<std::unique_ptr<runtime::MessageSocket>>;

Async<Dialed> open(std::shared_ptr<Connector> connector, runtime::Runtime& runtime,
                   runtime::HttpRequest upgrade) {
  auto channel = co_await connector->connect();
  if (!channel.ok()) co_return channel.error();
  auto session = std::make_shared<WebsocketSession>(
      std::move(*channel), runtime, WebsocketLimits{connector->options().websocket_message_bytes_max});
  std::string host(runtime::find_header(upgrade.headers, "Host"));
  if (host.empty()) host = connector->endpoint().authority();
  Refusal refusal;
  auto agreed = co_await session->handshake(std::move(upgrade), std::move(host), refusal);
  if (!agreed.ok()) {
    auto error = std::move(agreed).error();
    if (error.code == ErrorCode::denied) error.message = std::to_string(refusal.status) + " " + refusal.body;
    co_return error;
  }
  co_return std::unique_ptr<runtime::MessageSocket>(std::make_unique<DialedSocket>(std::move(session)));
}

class Dialer final : public runtime::SocketDialer {
 public:
  Dialer(std::shared_ptr<Connector> connector, runtime::Runtime& runtime)
      : connector_(std::move(connector)), runtime_(runtime) {}
  Async<Dialed> dial(runtime::HttpRequest upgrade, Duration timeout) override {
    return runtime::with_deadline(runtime_, timeout, open(connector_, runtime_, std::move(upgrade)));
  }

 private:
  std::shared_ptr<Connector> connector_;
  runtime::Runtime& runtime_;
};

}  // namespace

Result<std::unique_ptr<runtime::SocketDialer>> make_socket_dialer(std::string_view endpoint_url,
                                                                  ClientOptions options, Executor executor,
                                                                  runtime::Runtime& runtime) {
  auto connector =
      Connector::make(endpoint_url, std::move(options), Connector::Use::websocket, std::move(executor));
  if (!connector.ok()) return connector.error();
  return std::unique_ptr<runtime::SocketDialer>(std::make_unique<Dialer>(std::move(*connector), runtime));
}

}  // namespace berth::http
