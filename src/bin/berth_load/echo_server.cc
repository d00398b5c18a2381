#include "bin/berth_load/echo_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <list>
#include <utility>

namespace berth::load {
namespace {

constexpr int kBacklog = 1024;

std::size_t number_after(std::string_view text, std::string_view label) {
  const auto at = text.find(label);
  std::size_t number = 0;
  if (at != std::string_view::npos)
    std::from_chars(text.data() + at + label.size(), text.data() + text.size(), number);
  return number;
}

class EchoStream final : public Stream {
 public:
  EchoStream(Loop& loop, int fd, const std::vector<std::string>& answers) : Stream(loop), answers_(answers) {
    adopt(fd);
  }

 private:
  std::size_t on_bytes(std::string_view bytes) override {
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    const auto head = bytes.substr(0, end);
    const auto whole = end + 4 + number_after(head, "\r\nContent-Length: ");
    if (bytes.size() < whole) return 0;
    const auto marker = number_after(bytes.substr(0, end + 2), "\r\nX-Load: ");
    write(answers_[marker < answers_.size() ? marker : 0]);
    return whole;
  }
  void on_lost() override {}

  const std::vector<std::string>& answers_;
};

class Acceptor final : public Watcher {
 public:
  Acceptor(Loop& loop, int fd, const std::vector<std::string>& answers)
      : loop_(loop), fd_(fd), answers_(answers) {
    loop_.add(fd_, EPOLLIN, *this);
  }
  void on_ready(std::uint32_t) override {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) streams_.emplace_back(loop_, fd, answers_);
  }

 private:
  Loop& loop_;
  int fd_;
  const std::vector<std::string>& answers_;
  std::list<EchoStream> streams_;
};

[[noreturn]] void serve(int listener, const std::vector<std::string>& answers) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  Loop loop;
  Acceptor acceptor(loop, listener, answers);
  loop.run();
  ::_exit(0);
}

}  // namespace

Result<EchoServer> EchoServer::start(const std::vector<std::string>& answers) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  auto* address = reinterpret_cast<sockaddr*>(&where);
  if (listener < 0 || ::bind(listener, address, size) != 0 || ::listen(listener, kBacklog) != 0 ||
      ::getsockname(listener, address, &size) != 0)
    return unavailable(fmt::format("echo server: {}", std::strerror(errno)));
  const int process = ::fork();
  if (process == 0) serve(listener, answers);
  ::close(listener);
  if (process < 0) return unavailable(fmt::format("fork: {}", std::strerror(errno)));
  return EchoServer({"127.0.0.1", ntohs(where.sin_port)}, process);
}

EchoServer::EchoServer(EchoServer&& other) noexcept
    : address_(std::move(other.address_)), process_(std::exchange(other.process_, -1)) {}

EchoServer::~EchoServer() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

}  // namespace berth::load
