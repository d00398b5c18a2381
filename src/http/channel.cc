#include "http/channel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace berth::http {
namespace asio = boost::asio;
namespace {

// Below this, one TLS record for header and body is cheaper than two.
constexpr std::size_t kJoinBytesMax = 16U << 10;
// Below this, a copy of the body is cheaper than a system call with a list of buffers.
constexpr std::size_t kCopiedBytesMax = 2U << 10;
constexpr int kKeepAliveIdleSeconds = 60;
constexpr int kKeepAliveIntervalSeconds = 20;
constexpr int kKeepAliveProbes = 3;

void set_option(int descriptor, int level, int name, int value) {
  ::setsockopt(descriptor, level, name, &value, sizeof value);
}

}  // namespace

void Channel::cancel() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Channel::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Channel::shutdown_send() {
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

bool Channel::looks_idle() {
  if (!socket_.is_open()) return false;
  char byte = 0;
  auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (count == 0) return false;
  // Over TLS a session ticket may still lie there, which the next read takes in its stride.
  if (count > 0) return tls_ != nullptr;
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

void Channel::tune_tcp(std::chrono::milliseconds stall) {
  auto descriptor = socket_.native_handle();
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveIntervalSeconds);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, kKeepAliveProbes);
  set_option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(stall.count()));
}

Async<boost::system::error_code> write_message(ChannelPtr channel, std::string& head,
                                               const std::string& body) {
  const std::size_t joined_max = channel->tls() != nullptr ? kJoinBytesMax : kCopiedBytesMax;
  if (body.empty() || head.size() + body.size() <= joined_max) {
    head.append(body);
    // Mostly all goes at once.
    auto [failure, count] =
        co_await channel->async_write_some(asio::buffer(head), asio::as_tuple(asio::use_awaitable));
    if (failure || count == head.size()) co_return failure;
    auto [later, rest] =
        co_await asio::async_write(*channel, asio::buffer(head) + count, asio::as_tuple(asio::use_awaitable));
    co_return later;
  }
  std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
  auto [failure, count] = co_await asio::async_write(*channel, parts, asio::as_tuple(asio::use_awaitable));
  co_return failure;
}

}  // namespace berth::http
