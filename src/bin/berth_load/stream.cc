#include "bin/berth_load/stream.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace berth::load {
namespace {

// One for the whole thread: what is left over of a read is little.
constexpr std::size_t kReadBytes = 256U << 10;
thread_local std::array<char, kReadBytes> read_buffer;

}  // namespace

std::string Address::authority() const {
  return fmt::format("{}:{}", host, port);
}

Result<Address> parse_address(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return invalid(fmt::format("'{}' is no http:// URL", url));
  url.remove_prefix(kScheme.size());
  url = url.substr(0, url.find('/'));
  const auto colon = url.rfind(':');
  if (colon == std::string_view::npos) return invalid(fmt::format("'{}' names no port", url));
  Address address{std::string(url.substr(0, colon)), 0};
  const auto digits = url.substr(colon + 1);
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (failure != std::errc() || end != digits.data() + digits.size())
    return invalid(fmt::format("'{}' is no port", digits));
  return address;
}

Result<void> Stream::connect(const Address& address) {
  disconnect();
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(address.port);
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  if (::inet_pton(AF_INET, host.c_str(), &where.sin_addr) != 1)
    return invalid(fmt::format("'{}' is no IPv4 address", host));
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return unavailable(fmt::format("socket: {}", std::strerror(errno)));
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
    const int why = errno;
    ::close(fd);
    return unavailable(fmt::format("connect to {}: {}", address.authority(), std::strerror(why)));
  }
  adopt(fd);
  return {};
}

void Stream::adopt(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  fd_ = fd;
  loop_.add(fd_, EPOLLIN, *this);
}

void Stream::disconnect() {
  if (fd_ < 0) return;
  loop_.remove(fd_, *this);
  ::close(fd_);
  fd_ = -1;
  ++life_;
  std::string().swap(in_);
  std::string().swap(out_);
}

void Stream::lose() {
  disconnect();
  on_lost();
}

void Stream::write(std::string_view bytes) {
  if (fd_ < 0) return;
  if (!out_.empty()) {
    out_.append(bytes);
    return;
  }
  const auto written = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  // A broken connection is reported by the next event, never from within write().
  const std::size_t done = written > 0 ? static_cast<std::size_t>(written) : 0;
  if (done == bytes.size()) return;
  out_.assign(bytes.substr(done));
  loop_.change(fd_, EPOLLIN | EPOLLOUT, *this);
}

void Stream::flush() {
  const auto written = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
  if (written < 0) {
    if (errno != EAGAIN && errno != EINTR) lose();
    return;
  }
  out_.erase(0, static_cast<std::size_t>(written));
  if (out_.empty()) loop_.change(fd_, EPOLLIN, *this);
}

void Stream::read() {
  const auto count = ::recv(fd_, read_buffer.data(), read_buffer.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return lose();
  const auto life = life_;
  const std::string_view fresh(read_buffer.data(), static_cast<std::size_t>(count));
  if (in_.empty()) {
    const auto used = on_bytes(fresh);
    if (life == life_ && used < fresh.size()) in_.assign(fresh.substr(used));
    return;
  }
  in_.append(fresh);
  std::string pending = std::move(in_);
  in_.clear();
  const auto used = on_bytes(pending);
  if (life != life_) return;
  pending.erase(0, used);
  in_ = std::move(pending);
}

void Stream::on_ready(std::uint32_t events) {
  const auto life = life_;
  if ((events & EPOLLOUT) != 0 && !out_.empty()) flush();
  if (life == life_ && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read();
}

}  // namespace berth::load
