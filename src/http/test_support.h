#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "http/certificates.h"
#include "http/client.h"
#include "http/server.h"
#include "runtime/real/io_threads.h"
#include "runtime/real/real_runtime.h"
#include "runtime/sync.h"

namespace berth::http::test {

/// A POST to `target`.
inline runtime::HttpRequest to(std::string target, std::string body = {}) {
  return {"POST", std::move(target), {}, std::move(body)};
}

/// Answers in ways that tests can tell apart, by path:
/// `/echo` the body, `/info` who asks, `/big/N` N bytes, `/throw` an exception, `/gate` once the gate is
/// open. Upgrades: `/refuse` gets 400 with a body, everything else is echoed until "bye", which ends the
/// conversation.
class EchoHandler final : public runtime::RequestHandler {
 public:
  Async<runtime::HttpResponse> handle(const runtime::HttpRequest& request,
                                      const runtime::Peer& peer) override;
  Async<runtime::UpgradeDecision> upgrade(const runtime::HttpRequest& request,
                                          const runtime::Peer& peer) override;
  Async<void> run_socket(std::shared_ptr<void> context, runtime::MessageSocket& socket) override;

  runtime::Notifier gate;
  std::atomic<int> waiting_at_gate{0};
  std::atomic<int> sockets_ended{0};
  std::atomic<int> last_socket_error{-1};  ///< An ErrorCode.
};

/// A server on threads of its own, with limits that do not make a test wait.
class TestServer {
 public:
  enum class WithTls { yes, no };
  explicit TestServer(ServerLimits limits = quick_limits(), ServerOptions options = {},
                      WithTls tls = WithTls::yes);
  ~TestServer();
  static ServerLimits quick_limits();

  std::uint16_t port() const { return server->port(); }
  std::string url(std::string_view scheme) const;
  Executor executor() { return io.executor(0); }
  void stop();
  /// A caller to this server; https trusts the test's authority.
  std::unique_ptr<runtime::HttpCaller> caller(std::string_view scheme, ClientOptions options = {});
  Result<std::unique_ptr<runtime::MessageSocket>> dial(std::string_view scheme, std::string target,
                                                       ClientOptions options = {});
  Result<std::unique_ptr<runtime::MessageSocket>> dial(runtime::SocketDialer& dialer,
                                                       runtime::HttpRequest request);
  Result<runtime::HttpResponse> call(runtime::HttpCaller& caller, runtime::HttpRequest request);
  Result<std::string> receive(runtime::MessageSocket& socket);
  Result<void> send(runtime::MessageSocket& socket, std::string text);

  runtime::IoThreads io{2};
  runtime::RealRuntime runtime{io.executor(0)};
  EchoHandler handler;
  std::unique_ptr<Server> server;

 private:
  bool stopped_ = false;
};

/// One authority and one server certificate for all tests of a process.
const TlsIdentity& test_authority();
const TlsIdentity& test_identity();

/// A blocking TCP client that sends exactly the bytes it is told to.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  void send(std::string_view bytes);
  /// Everything until the peer closes (or resets) the connection.
  std::string read_to_end();
  /// One response with Content-Length.
  std::string read_response();
  void close();

 private:
  int descriptor_;
  std::string held_;
};

/// A peer written as a function over one accepted connection after the other, in a thread of its own.
class ScriptedPeer {
 public:
  using Script = std::function<void(int descriptor, int number)>;
  /// Listens on 127.0.0.1, or on a unix socket at `path`; `script` runs for `connections` connections.
  ScriptedPeer(Script script, int connections, std::string path = {});
  ~ScriptedPeer();
  std::uint16_t port() const { return port_; }

  static std::string read_head(int descriptor);
  static void write(int descriptor, std::string_view bytes);

 private:
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::string path_;
  std::thread thread_;
};

/// Waits until `condition` holds; false after ten seconds.
bool eventually(const std::function<bool()>& condition);

}  // namespace berth::http::test
