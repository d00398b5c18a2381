#include "http/websocket_session.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "http/message_text.h"
#include "runtime/sync.h"
#include "runtime/task_group.h"

namespace berth::http {
namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::size_t kCloseReasonBytesMax = 123;  // RFC 6455, 5.5: 125 less the code.
// An idle client keeps one buffer of this size for masking what it sends.
constexpr std::size_t kWriteBufferBytes = 4096;

// A session waits for its next message most of its life: so much fits into a string without memory of its
// own.
constexpr std::size_t kFirstReadBytes = 15;
// What a frame claims to bring is not believed beyond this at once.
constexpr std::size_t kReadBytes = 64U << 10;

/// A Channel as Beast wants its next layer: movable, and alive as long as an operation needs it.
class ChannelLayer {
 public:
  using executor_type = Executor;
  explicit ChannelLayer(ChannelPtr channel) : channel_(std::move(channel)) {}
  executor_type get_executor() { return channel_->get_executor(); }
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return channel_->async_read_some(buffers, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return channel_->async_write_some(buffers, std::forward<Token>(token));
  }

  friend void beast_close_socket(ChannelLayer& layer) { layer.channel_->close(); }
  // After the closing handshake nothing more is said; the owner closes the socket.
  template <class Handler>
  friend void async_teardown(boost::beast::role_type, ChannelLayer& layer, Handler&& handler) {
    layer.channel_->shutdown_send();
    asio::post(layer.get_executor(), asio::append(std::forward<Handler>(handler), error_code()));
  }

 private:
  ChannelPtr channel_;
};

bool belongs_to_handshake(std::string_view name) {
  return equals_ignoring_case(name, "Host") || equals_ignoring_case(name, "Upgrade") ||
         equals_ignoring_case(name, "Connection") || equals_ignoring_case(name, "Content-Length") ||
         equals_ignoring_case(name, "Sec-WebSocket-Key") ||
         equals_ignoring_case(name, "Sec-WebSocket-Version");
}

Async<void> close_after(runtime::Runtime& runtime, Duration timeout, ChannelPtr channel) {
  co_await runtime.sleep(timeout);
  channel->close();
}

}  // namespace

struct WebsocketSession::Stream {
  explicit Stream(ChannelPtr channel) : socket(ChannelLayer(std::move(channel))) {}
  websocket::stream<ChannelLayer, false> socket;
};

struct WebsocketSession::CloseGuard {
  explicit CloseGuard(const Executor& executor)
      : timers(executor, runtime::TaskGroup::Leftovers::abandoned) {}
  ~CloseGuard() { timers.cancel(); }
  runtime::TaskGroup timers;
  runtime::Notifier ended;
};

WebsocketSession::WebsocketSession(ChannelPtr channel, runtime::Runtime& runtime, WebsocketLimits limits)
    : channel_(std::move(channel)),
      runtime_(runtime),
      limits_(limits),
      stream_(std::make_unique<Stream>(channel_)) {
  auto& socket = stream_->socket;
  socket.read_message_max(limits_.message_bytes_max);
  socket.write_buffer_bytes(kWriteBufferBytes);
  socket.auto_fragment(false);
  socket.text(true);
}

WebsocketSession::~WebsocketSession() {
  channel_->close();
}

Async<Result<void>> WebsocketSession::accept(const runtime::HttpRequest& upgrade) {
  boost::beast::http::request<boost::beast::http::empty_body> request;
  request.method(boost::beast::http::verb::get);
  request.target(upgrade.target);
  request.version(11);
  for (const auto& header : upgrade.headers) request.insert(header.name, header.value);
  auto [code] = co_await stream_->socket.async_accept(request, asio::as_tuple(asio::use_awaitable));
  if (code) co_return error_of(code, "upgrade");
  co_return Result<void>();
}

Async<Result<void>> WebsocketSession::handshake(runtime::HttpRequest upgrade, std::string host,
                                                Refusal& refusal) {
  stream_->socket.set_option(
      websocket::stream_base::decorator([headers = upgrade.headers](websocket::request_type& request) {
        request.erase(boost::beast::http::field::user_agent);
        for (const auto& header : headers) {
          if (!belongs_to_handshake(header.name)) request.insert(header.name, header.value);
        }
      }));
  websocket::response_type response;
  auto [code] = co_await stream_->socket.async_handshake(response, host, upgrade.target,
                                                         asio::as_tuple(asio::use_awaitable));
  if (!code) co_return Result<void>();
  if (code != websocket::error::upgrade_declined) co_return error_of(code, "upgrade");
  refusal.status = static_cast<int>(response.result_int());
  refusal.body = std::move(response.body());
  co_return Error{ErrorCode::denied, "the upgrade was refused", Retry::no};
}

Async<Result<std::string>> WebsocketSession::receive() {
  auto self = shared_from_this();
  std::string text;
  std::size_t filled = 0;
  std::size_t room = kFirstReadBytes;
  do {
    text.resize(filled + room);
    auto [code, count] = co_await stream_->socket.async_read_some(asio::buffer(text.data() + filled, room),
                                                                  asio::as_tuple(asio::use_awaitable));
    if (code) co_return error_of(code, "receive");
    filled += count;
    room = std::min(stream_->socket.read_size_hint(kReadBytes), kReadBytes);
  } while (!stream_->socket.is_message_done());
  text.resize(filled);
  co_return text;
}

Async<Result<void>> WebsocketSession::send(std::string text) {
  auto self = shared_from_this();
  if (close_started_) co_return Error{ErrorCode::closed, "websocket: closing", Retry::no};
  sending_since_ = runtime_.clock().monotonic();
  auto [code, count] =
      co_await stream_->socket.async_write(asio::buffer(text), asio::as_tuple(asio::use_awaitable));
  sending_since_.reset();
  if (code) co_return error_of(code, "send");
  co_return Result<void>();
}

void WebsocketSession::close(int code, std::string reason) {
  if (close_started_) return;
  close_started_ = true;
  guard_ = std::make_unique<CloseGuard>(channel_->get_executor());
  guard_->timers.spawn(close_after(runtime_, limits_.close_timeout, channel_));
  if (reason.size() > kCloseReasonBytesMax) reason.resize(kCloseReasonBytesMax);
  websocket::close_reason why(static_cast<websocket::close_code>(code),
                              boost::beast::string_view(reason.data(), reason.size()));
  stream_->socket.async_close(why, [self = shared_from_this()](error_code) { self->end_of_close(); });
}

void WebsocketSession::end_of_close() {
  close_ended_ = true;
  guard_->timers.cancel();
  guard_->ended.notify();
}

Async<void> WebsocketSession::finish(int code) {
  auto self = shared_from_this();
  if (stream_->socket.is_open()) close(code, {});
  if (close_started_ && !close_ended_) co_await guard_->ended.wait();
}

void WebsocketSession::abort() {
  channel_->close();
}

Error WebsocketSession::error_of(const error_code& code, const char* doing) const {
  auto message = std::string("websocket ") + doing + ": " + code.message();
  if (code == websocket::error::closed) {
    const auto& why = stream_->socket.reason();
    message +=
        " (" + std::to_string(why.code) + " " + std::string(why.reason.data(), why.reason.size()) + ")";
    return {ErrorCode::closed, std::move(message), Retry::no};
  }
  if (code == websocket::error::message_too_big || code == websocket::error::buffer_overflow) {
    return {ErrorCode::too_large, std::move(message), Retry::no};
  }
  // We closed: whatever ended the wait for the peer's part of it, the conversation is over as asked.
  if (close_started_) return {ErrorCode::closed, std::move(message), Retry::no};
  return unavailable(std::move(message));
}

}  // namespace berth::http
