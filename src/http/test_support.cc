#include "http/test_support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/dispatch.hpp>
#include <chrono>
#include <future>
#include <stdexcept>

namespace berth::http::test {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);
constexpr Duration kCallTimeout = std::chrono::seconds(10);
constexpr std::string_view kRefusal = R"({"InactiveInstanceException":"gone"})";

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void limit_waiting(int descriptor) {
  timeval limit{10, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

// A socket belongs to its executor, while tests close and drop it on their own thread.
class SocketOfExecutor final : public runtime::MessageSocket {
 public:
  SocketOfExecutor(Executor executor, std::unique_ptr<runtime::MessageSocket> socket)
      : executor_(std::move(executor)), socket_(std::move(socket)) {}
  ~SocketOfExecutor() override {
    run_there([this] { socket_.reset(); });
  }
  Async<Result<std::string>> receive() override { return socket_->receive(); }
  Async<Result<void>> send(std::string text) override { return socket_->send(std::move(text)); }
  void close(int code, std::string reason) override {
    run_there([&] { socket_->close(code, std::move(reason)); });
  }

 private:
  void run_there(const std::function<void()>& work) {
    std::promise<void> done;
    boost::asio::dispatch(executor_, [&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  Executor executor_;
  std::unique_ptr<runtime::MessageSocket> socket_;
};

}  // namespace

Async<runtime::HttpResponse> EchoHandler::handle(const runtime::HttpRequest& request,
                                                 const runtime::Peer& peer) {
  runtime::HttpResponse response;
  const std::string_view target = request.target;
  if (target == "/throw") throw std::runtime_error("as asked");
  if (target == "/gate") {
    ++waiting_at_gate;
    co_await gate.wait();
  }
  if (target == "/info") {
    response.body = request.method + " " + peer.address + (peer.tls ? " tls " : " plain ") + peer.host;
  } else if (target.starts_with("/big/")) {
    response.body.assign(std::stoul(std::string(target.substr(5))), 'b');
  } else if (target == "/split") {
    response.headers.push_back({"X-Text", "a\r\nX-Injected: b"});
  } else {
    response.body = request.body;
  }
  co_return response;
}

Async<runtime::UpgradeDecision> EchoHandler::upgrade(const runtime::HttpRequest& request,
                                                     const runtime::Peer&) {
  runtime::UpgradeDecision decision;
  decision.accepted = request.target != "/refuse";
  decision.refusal.status = 400;
  decision.refusal.body = kRefusal;
  co_return decision;
}

Async<void> EchoHandler::run_socket(std::shared_ptr<void>, runtime::MessageSocket& socket) {
  while (true) {
    auto text = co_await socket.receive();
    if (!text.ok()) {
      last_socket_error = static_cast<int>(text.error().code);
      break;
    }
    if (*text == "bye") break;
    auto sent = co_await socket.send(std::move(*text));
    if (!sent.ok()) break;
  }
  ++sockets_ended;
}

ServerLimits TestServer::quick_limits() {
  ServerLimits limits;
  limits.sweep_interval = std::chrono::milliseconds(5);
  limits.close_timeout = std::chrono::milliseconds(500);
  limits.stop_grace = std::chrono::milliseconds(500);
  return limits;
}

TestServer::TestServer(ServerLimits limits, ServerOptions options, WithTls tls) {
  if (tls == WithTls::yes) options.tls = test_identity();
  server = std::make_unique<Server>(std::vector<Executor>{io.executor(0), io.executor(1)}, std::move(options),
                                    limits, handler, runtime);
  io.start();
  auto started = server->start();
  check(started.ok(), "the test server did not start");
}

TestServer::~TestServer() {
  stop();
}

void TestServer::stop() {
  if (std::exchange(stopped_, true)) return;
  runtime::block_on(io.executor(1), server->stop());
  server.reset();
  io.stop();
}

std::string TestServer::url(std::string_view scheme) const {
  return std::string(scheme) + "://127.0.0.1:" + std::to_string(port());
}

std::unique_ptr<runtime::HttpCaller> TestServer::caller(std::string_view scheme, ClientOptions options) {
  if (options.ca_pem.empty()) options.ca_pem = test_authority().certificate_pem;
  auto made = make_http_caller(url(scheme), std::move(options), executor(), runtime);
  return std::move(*made);
}

Result<std::unique_ptr<runtime::MessageSocket>> TestServer::dial(std::string_view scheme, std::string target,
                                                                 ClientOptions options) {
  if (options.ca_pem.empty()) options.ca_pem = test_authority().certificate_pem;
  auto dialer = make_socket_dialer(url(scheme), std::move(options), executor(), runtime);
  runtime::HttpRequest request;
  request.target = std::move(target);
  return dial(**dialer, std::move(request));
}

Result<std::unique_ptr<runtime::MessageSocket>> TestServer::dial(runtime::SocketDialer& dialer,
                                                                 runtime::HttpRequest request) {
  auto dialed = runtime::block_on(executor(), dialer.dial(std::move(request), kCallTimeout));
  if (!dialed.ok()) return dialed.error();
  return std::unique_ptr<runtime::MessageSocket>(
      std::make_unique<SocketOfExecutor>(executor(), *std::move(dialed)));
}

Result<runtime::HttpResponse> TestServer::call(runtime::HttpCaller& caller, runtime::HttpRequest request) {
  return runtime::block_on(executor(), caller.call(std::move(request), kCallTimeout));
}

Result<std::string> TestServer::receive(runtime::MessageSocket& socket) {
  return runtime::block_on(executor(), socket.receive());
}

Result<void> TestServer::send(runtime::MessageSocket& socket, std::string text) {
  return runtime::block_on(executor(), socket.send(std::move(text)));
}

const TlsIdentity& test_authority() {
  static const TlsIdentity authority = *make_authority(runtime::RealClock().wall());
  return authority;
}

const TlsIdentity& test_identity() {
  static const TlsIdentity identity = *issue_server_certificate(
      test_authority(), {"127.0.0.1", 0, "", "us-east-1", {}}, runtime::RealClock().wall());
  return identity;
}

RawClient::RawClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const auto address = loopback(port);
  limit_waiting(descriptor_);
  check(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "connect");
}

RawClient::~RawClient() {
  close();
}

void RawClient::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void RawClient::send(std::string_view bytes) {
  ScriptedPeer::write(descriptor_, bytes);
}

std::string RawClient::read_to_end() {
  std::string all = std::exchange(held_, {});
  char block[16384];
  while (true) {
    const auto count = ::recv(descriptor_, block, sizeof block, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return all + "<the peer keeps the connection open>";
    if (count <= 0) return all;
    all.append(block, static_cast<std::size_t>(count));
  }
}

std::string RawClient::read_response() {
  char block[16384];
  while (true) {
    const auto head = held_.find("\r\n\r\n");
    if (head != std::string::npos) {
      const auto field = held_.find("Content-Length: ");
      const std::size_t length = field < head ? std::stoul(held_.substr(field + 16)) : 0;
      if (held_.size() >= head + 4 + length) {
        auto response = held_.substr(0, head + 4 + length);
        held_.erase(0, response.size());
        return response;
      }
    }
    const auto count = ::recv(descriptor_, block, sizeof block, 0);
    if (count <= 0) return "<the peer closed after: " + held_ + ">";
    held_.append(block, static_cast<std::size_t>(count));
  }
}

ScriptedPeer::ScriptedPeer(Script script, int connections, std::string path) : path_(std::move(path)) {
  if (path_.empty()) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    auto address = loopback(0);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  } else {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    check(path_.size() < sizeof address.sun_path, "the path of the unix socket is too long");
    path_.copy(address.sun_path, path_.size());
    ::unlink(path_.c_str());
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  ::listen(listener_, 16);
  thread_ = std::thread([listener = listener_, script = std::move(script), connections] {
    for (int number = 0; number < connections; ++number) {
      const int descriptor = ::accept(listener, nullptr, nullptr);
      if (descriptor < 0) return;
      limit_waiting(descriptor);
      script(descriptor, number);
      ::close(descriptor);
    }
  });
}

ScriptedPeer::~ScriptedPeer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

std::string ScriptedPeer::read_head(int descriptor) {
  std::string head;
  char byte = 0;
  while (head.find("\r\n\r\n") == std::string::npos && ::recv(descriptor, &byte, 1, 0) == 1)
    head.push_back(byte);
  return head;
}

void ScriptedPeer::write(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;  // The peer may hang up on us; what it said is what the test looks at.
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

bool eventually(const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace berth::http::test
