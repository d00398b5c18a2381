#include "http/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cstring>
#include <limits>
#include <optional>

#include "base/encoding.h"
#include "base/log.h"

namespace berth::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kIdleBufferBytes = 4U << 10;
constexpr std::size_t kBodyBufferBytes = 64U << 10;
// A buffer that grew beyond this is given back before the next wait.
constexpr std::size_t kKeptBufferBytes = 16U << 10;
// Response headers are kept in one string per connection, up to this.
constexpr std::size_t kKeptHeadBytes = 4U << 10;
// What a TLS client says first: the type of a handshake record.
constexpr char kTlsHandshake = 0x16;
constexpr std::size_t kWebsocketKeyBytes = 16;
constexpr int kGoingAway = 1001;
constexpr int kNormalClosure = 1000;

constexpr MonotonicTime kNever{std::numeric_limits<std::int64_t>::max()};

const std::string kNoBody;

runtime::HttpResponse plain_text(int status, std::string_view reason) {
  runtime::HttpResponse response;
  response.status = status;
  response.headers.push_back({"Content-Type", "text/plain"});
  response.body = std::string(reason) + "\n";
  return response;
}

bool wants_websocket(const runtime::HttpRequest& request) {
  return request.method == "GET" &&
         has_token(runtime::find_header(request.headers, "Upgrade"), "websocket") &&
         has_token(runtime::find_header(request.headers, "Connection"), "upgrade");
}

/// What is wrong with the form of an upgrade request, if anything.
std::optional<runtime::HttpResponse> objection(const runtime::HttpRequest& request) {
  if (runtime::find_header(request.headers, "Sec-WebSocket-Version") != "13") {
    auto response = plain_text(426, "websocket version 13 is required");
    response.headers.push_back({"Sec-WebSocket-Version", "13"});
    return response;
  }
  auto key = decode_base64(runtime::find_header(request.headers, "Sec-WebSocket-Key"));
  if (!key.ok() || key->size() != kWebsocketKeyBytes) return plain_text(400, "bad Sec-WebSocket-Key");
  return std::nullopt;
}

}  // namespace

std::string_view Shard::date() {
  auto now = runtime.clock().wall();
  if (now.ms / 1000 != date_second_) {
    date_second_ = now.ms / 1000;
    date_ = render_http_date(now);
  }
  return date_;
}

bool Shard::shed_idlest() {
  using Spare = Connection::Spare;
  Connection* chosen = nullptr;
  for (auto* connection : connections) {
    const Spare spare = connection->spare();
    if (spare == Spare::no) continue;
    const bool better = !chosen || spare > chosen->spare() ||
                        (spare == chosen->spare() && connection->deadline() < chosen->deadline());
    if (better) chosen = connection;
  }
  if (!chosen) return false;
  ++counters.shed;
  chosen->close();
  return true;
}

Connection::Connection(Shard& shard, ChannelPtr channel, runtime::Peer peer,
                       std::atomic<std::uint64_t>& open_count)
    : shard_(shard),
      channel_(std::move(channel)),
      peer_(std::move(peer)),
      open_count_(open_count),
      place_(shard.connections.end()),
      deadline_(kNever),
      buffer_share_(*shard.options.budget),
      body_share_(*shard.options.budget) {}

Connection::~Connection() {
  channel_->close();
  --open_count_;
  if (place_ == shard_.connections.end()) return;
  shard_.connections.erase(place_);
  shard_.connection_ended.notify();
}

void Connection::enlist() {
  place_ = shard_.connections.insert(shard_.connections.end(), this);
  enter(Phase::idle, shard_.limits.idle_timeout);
}

Async<void> Connection::serve(std::unique_ptr<Connection> connection) {
  co_await connection->run();
}

void Connection::enter(Phase phase, Duration timeout) {
  phase_ = phase;
  deadline_ = shard_.runtime.clock().monotonic() + timeout;
}

void Connection::enter(Phase phase) {
  phase_ = phase;
  deadline_ = kNever;
}

void Connection::sweep(MonotonicTime now) {
  if (phase_ == Phase::socket && session_) {
    auto since = session_->sending_since();
    if (since && now - *since > shard_.limits.write_timeout) {
      ++shard_.counters.timeouts;
      session_->abort();
    }
  }
  if (now < deadline_) return;
  deadline_ = kNever;
  if (phase_ != Phase::lingering) ++shard_.counters.timeouts;
  if (phase_ == Phase::header || phase_ == Phase::body) {
    expired_ = true;
    channel_->cancel();
  } else {
    channel_->close();
  }
}

Connection::Spare Connection::spare() const {
  if (!channel_->socket().is_open()) return Spare::no;
  switch (phase_) {
    case Phase::idle:
      return Spare::idle;
    case Phase::handshake:
    case Phase::header:
    case Phase::body:
    case Phase::lingering:
      return Spare::sending;
    case Phase::handling:
    case Phase::writing:
    case Phase::socket:
      break;
  }
  return Spare::no;
}

void Connection::begin_stop() {
  if (phase_ == Phase::idle) channel_->close();
  if (phase_ == Phase::socket && session_) session_->close(kGoingAway, "going away");
}

Async<void> Connection::run() {
  const auto& admits = shard_.options.admits;
  if (admits && !admits(peer_.address)) {
    Verdict verdict{ReadEnd::refused, 403, "this is for this host alone"};
    co_await refuse(std::move(verdict));
    co_return;
  }
  const bool ready = co_await detect_tls();
  if (!ready) co_return;
  while (true) {
    const Verdict verdict = co_await read_request();
    if (verdict.end == ReadEnd::closed) co_return;
    if (verdict.end == ReadEnd::refused) {
      co_await refuse(verdict);
      co_return;
    }
    runtime::HttpRequest request = std::move(parser_->request());
    const bool old_version = parser_->version() < 11;
    const bool peer_keeps = parser_->keep_alive();
    parser_.reset();
    shard_.counters.requests.fetch_add(1, std::memory_order_relaxed);
    if (wants_websocket(request)) {
      std::shared_ptr<void> context;
      const Upgrade decided = co_await decide_upgrade(request, peer_keeps, context);
      if (decided == Upgrade::refused) continue;
      if (decided == Upgrade::accepted) co_await run_websocket(request, std::move(context));
      co_return;
    }
    enter(Phase::handling);
    auto response = co_await answer(request);
    const bool is_head = request.method == "HEAD";
    { const runtime::HttpRequest answered = std::move(request); }
    body_share_.release();
    const bool keeps = peer_keeps && !shard_.stopping;
    auto connection = ResponseFraming::Connection::implied;
    if (!keeps) connection = ResponseFraming::Connection::close;
    if (keeps && old_version) connection = ResponseFraming::Connection::keep_alive;
    const bool sent = co_await write(std::move(response), is_head, connection);
    if (!sent) co_return;
    if (!keeps) break;
  }
  co_await linger();
}

Async<bool> Connection::detect_tls() {
  enter(Phase::idle, shard_.limits.idle_timeout);
  char first = 0;
  auto [code, count] = co_await channel_->socket().async_receive(
      asio::buffer(&first, 1), Channel::Socket::message_peek, asio::as_tuple(asio::use_awaitable));
  if (code || count == 0) co_return false;
  if (first != kTlsHandshake) {
    if (shard_.options.plain == PlainHttp::allowed) co_return true;
    Verdict verdict{ReadEnd::refused, 400, "this port speaks TLS only"};
    co_await refuse(std::move(verdict));
    co_return false;
  }
  if (shard_.tls == nullptr) co_return false;
  peer_.tls = true;
  enter(Phase::handshake, shard_.limits.handshake_timeout);
  auto& tls = channel_->start_tls(*shard_.tls);
  auto [failure] =
      co_await tls.async_handshake(asio::ssl::stream_base::server, asio::as_tuple(asio::use_awaitable));
  co_return !failure;
}

Async<Connection::Verdict> Connection::read_request() {
  parser_ = std::make_unique<RequestParser>(
      MessageBounds{shard_.limits.header_bytes_max, shard_.limits.body_bytes_max}, &body_share_);
  if (begin_ == end_) {
    if (shard_.stopping) co_return Verdict{};
    if (capacity_ > kKeptBufferBytes) release_buffer();
    if (head_.capacity() > kKeptHeadBytes) std::string().swap(head_);
    enter(Phase::idle, shard_.limits.idle_timeout);
  } else {
    enter(Phase::header, shard_.limits.header_read_timeout);
  }
  while (true) {
    if (begin_ != end_) {
      const auto step = parser_->feed(unread());
      begin_ += step.consumed;
      if (step.state == ParseStep::State::done) co_return Verdict{ReadEnd::request, 0, {}};
      if (step.state == ParseStep::State::failed)
        co_return Verdict{ReadEnd::refused, step.status, step.reason};
    }
    if (phase_ == Phase::header && parser_->is_header_done()) {
      co_await allow_body();
      enter(Phase::body, shard_.limits.body_read_timeout);
    }
    if (!make_room()) {
      if (!can_grow()) co_return Verdict{ReadEnd::refused, 431, "header too large"};
      co_return Verdict{ReadEnd::refused, 503, "too much is being sent at once: try again"};
    }
    const bool more = co_await read_more();
    if (expired_) co_return Verdict{ReadEnd::refused, 408, "request too slow"};
    if (!more) co_return Verdict{};
    if (phase_ == Phase::idle) enter(Phase::header, shard_.limits.header_read_timeout);
  }
}

Async<bool> Connection::read_more() {
  auto [code, count] = co_await channel_->async_read_some(
      asio::buffer(buffer_.get() + end_, capacity_ - end_), asio::as_tuple(asio::use_awaitable));
  end_ += count;
  co_return !code;
}

// A client that asked first gets its leave to send the body, unless that is coming already.
Async<void> Connection::allow_body() {
  if (begin_ != end_ || parser_->version() < 11) co_return;
  if (!equals_ignoring_case(runtime::find_header(parser_->request().headers, "Expect"), "100-continue"))
    co_return;
  head_ = "HTTP/1.1 100 Continue\r\n\r\n";
  enter(Phase::writing, shard_.limits.write_timeout);
  co_await write_message(channel_, head_, kNoBody);
}

Async<runtime::HttpResponse> Connection::answer(const runtime::HttpRequest& request) {
  try {
    auto response = co_await shard_.handler.handle(request, peer_);
    co_return response;
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    spdlog::error("http: handler failed: {}", error.what());
  } catch (const std::exception& error) {
    spdlog::error("http: handler failed: {}", error.what());
  }
  co_return plain_text(500, "internal error");
}

Async<bool> Connection::write(runtime::HttpResponse response, bool is_head,
                              ResponseFraming::Connection connection) {
  head_.clear();
  append_response_head(head_, response, {connection, shard_.date()});
  enter(Phase::writing, shard_.limits.write_timeout);
  const std::string& body = is_head ? kNoBody : response.body;
  const auto code = co_await write_message(channel_, head_, body);
  co_return !code;
}

Async<void> Connection::refuse(Verdict verdict) {
  ++shard_.counters.bad_requests;
  runtime::HttpRequest head;
  const bool known = parser_ && parser_->is_header_done();
  if (known) head = std::move(parser_->request());
  std::string().swap(head.body);
  parser_.reset();
  body_share_.release();
  const auto& render = shard_.options.render_refusal;
  auto response = known && render ? render(head, verdict.status, verdict.reason)
                                  : plain_text(verdict.status, verdict.reason);
  const bool sent =
      co_await write(std::move(response), head.method == "HEAD", ResponseFraming::Connection::close);
  if (sent) co_await linger();
}

Async<Connection::Upgrade> Connection::decide_upgrade(const runtime::HttpRequest& request, bool peer_keeps,
                                                      std::shared_ptr<void>& context) {
  auto refusal = objection(request);
  if (!refusal) {
    enter(Phase::handling);
    auto decision = co_await shard_.handler.upgrade(request, peer_);
    if (decision.accepted) {
      context = std::move(decision.context);
      co_return Upgrade::accepted;
    }
    refusal = std::move(decision.refusal);
  }
  body_share_.release();
  const bool keeps = peer_keeps && !shard_.stopping;
  const auto connection = keeps ? ResponseFraming::Connection::implied : ResponseFraming::Connection::close;
  const bool sent = co_await write(std::move(*refusal), false, connection);
  if (sent && !keeps) co_await linger();
  co_return sent&& keeps ? Upgrade::refused : Upgrade::over;
}

Async<void> Connection::run_websocket(runtime::HttpRequest& request, std::shared_ptr<void> context) {
  channel_->push_back(std::string(unread()));
  release_buffer();
  std::string().swap(head_);
  const auto& limits = shard_.limits;
  session_ = std::make_shared<WebsocketSession>(
      channel_, shard_.runtime, WebsocketLimits{limits.websocket_message_bytes_max, limits.close_timeout});
  enter(Phase::handshake, limits.handshake_timeout);
  const auto accepted = co_await session_->accept(request);
  if (!accepted.ok()) co_return;
  // Assigning an empty one would keep the memory of its strings.
  { const runtime::HttpRequest answered = std::move(request); }
  enter(Phase::socket);
  ++shard_.counters.websockets_now;
  struct Leave {
    std::atomic<std::uint64_t>& count;
    ~Leave() { --count; }
  } leave{shard_.counters.websockets_now};
  if (shard_.stopping) session_->close(kGoingAway, "going away");
  co_await shard_.handler.run_socket(std::move(context), *session_);
  co_await session_->finish(kNormalClosure);
  co_await linger();
}

// Closing a socket with unread bytes resets it, and the peer might lose our last words: so those bytes are
// read away first.
Async<void> Connection::linger() {
  enter(Phase::lingering, shard_.limits.close_timeout);
  channel_->shutdown_send();
  release_buffer();
  reallocate(kIdleBufferBytes);
  while (true) {
    auto [code, count] = co_await channel_->socket().async_read_some(asio::buffer(buffer_.get(), capacity_),
                                                                     asio::as_tuple(asio::use_awaitable));
    if (code) break;
  }
  channel_->close();
}

bool Connection::make_room() {
  if (begin_ == end_) begin_ = end_ = 0;
  // Not before some of it has come: an announcement costs its sender nothing.
  const bool comes = phase_ == Phase::body && parser_->request().body.size() >= kIdleBufferBytes / 2;
  if (comes && end_ == 0 && capacity_ < kBodyBufferBytes) {
    const auto remaining = parser_->content_length_remaining();
    // Where memory is short, a small buffer serves as well.
    if (remaining && *remaining > kIdleBufferBytes && buffer_share_.resize(kBodyBufferBytes))
      reallocate(kBodyBufferBytes);
  }
  if (end_ < capacity_) return true;
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    return true;
  }
  if (!can_grow()) return false;
  const auto bytes = std::min(buffer_bytes_max(), std::max(kIdleBufferBytes, capacity_ * 2));
  if (!buffer_share_.resize(bytes)) return false;
  reallocate(bytes);
  return true;
}

// The parser refuses a header beyond its limit once it has seen a byte more than that.
std::size_t Connection::buffer_bytes_max() const {
  return shard_.limits.header_bytes_max + kIdleBufferBytes;
}

bool Connection::can_grow() const {
  return capacity_ < buffer_bytes_max();
}

void Connection::reallocate(std::size_t bytes) {
  auto bigger = std::make_unique_for_overwrite<char[]>(bytes);
  const auto count = end_ - begin_;
  if (count > 0) std::memcpy(bigger.get(), buffer_.get() + begin_, count);
  buffer_ = std::move(bigger);
  capacity_ = bytes;
  begin_ = 0;
  end_ = count;
}

void Connection::release_buffer() {
  buffer_.reset();
  buffer_share_.release();
  capacity_ = begin_ = end_ = 0;
}

}  // namespace berth::http
