// Goal: the simulated network delivers, delays, loses and breaks as real connections do, and no other way.
// Method: an echo server on one node, callers on another, faults switched on per test, many seeds.
#include "runtime/sim/sim_network.h"

#include <gtest/gtest.h>

#include "runtime/sim/sim_world.h"
#include "runtime/sync.h"

namespace berth::runtime {
namespace {
using namespace std::chrono_literals;

/// Answers with the request's body; refuses upgrades to /no; sockets echo until the peer ends them.
class EchoServer final : public RequestHandler {
 public:
  explicit EchoServer(Runtime& runtime) : runtime_(runtime) {}

  Async<HttpResponse> handle(const HttpRequest& request, const Peer& peer) override {
    ++handled;
    last_peer = peer.address;
    if (request.target == "/slow") co_await runtime_.sleep(1h);
    HttpResponse response;
    response.body = request.body;
    co_return response;
  }
  Async<UpgradeDecision> upgrade(const HttpRequest& request, const Peer&) override {
    UpgradeDecision decision;
    decision.accepted = request.target != "/no";
    decision.refusal = {.status = 403, .headers = {}, .body = "refused"};
    decision.context = std::make_shared<int>(7);
    co_return decision;
  }
  Async<void> run_socket(std::shared_ptr<void> context, MessageSocket& socket) override {
    EXPECT_EQ(*std::static_pointer_cast<int>(context), 7);
    ++open;
    const OpenGuard guard{open};
    while (true) {
      Result<std::string> text = co_await socket.receive();
      if (!text) {
        ended.push_back(text.error().code);
        co_return;
      }
      if (*text == "bye") co_return;
      Result<void> sent = co_await socket.send(std::move(*text));
      if (!sent) {
        ended.push_back(sent.error().code);
        co_return;
      }
    }
  }

  int handled = 0;
  int open = 0;
  std::string last_peer;
  std::vector<ErrorCode> ended;

 private:
  struct OpenGuard {
    int& open;
    ~OpenGuard() { --open; }
  };
  Runtime& runtime_;
};

struct Fixture {
  explicit Fixture(std::uint64_t seed) : world(seed) { world.network().listen(b, "b:80", server); }
  // The server's coroutines end here, while the server still stands; the world goes after it.
  ~Fixture() {
    kill(a);
    kill(b);
  }
  Result<HttpResponse> call(const std::string& body, const std::string& target = "/",
                            Duration timeout = 60s) {
    return world.run(
        a, caller->call({.method = "POST", .target = target, .headers = {}, .body = body}, timeout));
  }
  Result<std::unique_ptr<MessageSocket>> dial(const std::string& target = "/") {
    return world.run(a, dialer->dial({.method = "GET", .target = target, .headers = {}, .body = {}}, 60s));
  }
  void kill(SimNode& node) {
    node.kill();
    ASSERT_TRUE(world.run_until([&] { return node.down(); }));
  }

  SimWorld world;
  SimNode& a = world.add_node("a");
  SimNode& b = world.add_node("b");
  EchoServer server{b.runtime()};
  std::unique_ptr<HttpCaller> caller = world.network().caller(a, "b:80");
  std::unique_ptr<SocketDialer> dialer = world.network().dialer(a, "b:80");
};

TEST(SimNetwork, DeliversRequestsAndResponses) {
  Fixture f(1);
  const auto response = f.call("hello");
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response.value().body, "hello");
  EXPECT_EQ(f.server.last_peer, "10.0.0.1");
  EXPECT_GE(f.world.now().ns, Duration(2ms).count());
  const auto nobody = f.world.network().caller(f.a, "nobody:1");
  EXPECT_EQ(f.world.run(f.a, nobody->call({}, 1s)).error().code, ErrorCode::unavailable);
}

TEST(SimNetwork, PartitionsEndInTimeouts) {
  Fixture f(1);
  f.world.network().block(f.a, f.b);
  EXPECT_EQ(f.call("x", "/", 5s).error().code, ErrorCode::timeout);
  EXPECT_EQ(f.server.handled, 0);
  f.world.network().heal(f.a, f.b);
  f.world.network().block(f.b, f.a);  // One way: the request arrives, its answer does not.
  EXPECT_EQ(f.call("x", "/", 5s).error().code, ErrorCode::timeout);
  EXPECT_EQ(f.server.handled, 1);
  f.world.network().heal_all();
  EXPECT_TRUE(f.call("x").ok());
  f.world.network().isolate(f.b);
  EXPECT_FALSE(f.call("x", "/", 5s).ok());
}

TEST(SimNetwork, ClogsDelay) {
  Fixture f(1);
  f.world.network().clog(f.a, f.b, 30s);
  EXPECT_TRUE(f.call("x").ok());
  EXPECT_GE(f.world.now().ns, Duration(30s).count());
}

TEST(SimNetwork, LostRequestsWereHandledOrNot) {
  int failed = 0, handled = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Fixture f(seed);
    f.world.network().options.loss_per_mille = 500;
    const auto response = f.call("x");
    if (response.ok()) continue;
    EXPECT_EQ(response.error().code, ErrorCode::unavailable);
    ++failed;
    handled += f.server.handled;
  }
  EXPECT_GT(failed, 50);
  EXPECT_LT(failed, 150);
  EXPECT_GT(handled, 10);
  EXPECT_LT(handled, failed - 10);
}

TEST(SimNetwork, AKilledServerFailsItsCalls) {
  int resets = 0, timeouts = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Fixture f(seed);
    f.world.context().at(1, f.world.now() + 1s,
                         Once<SimContext::TimerEnd>([&f](SimContext::TimerEnd) { f.b.kill(); }));
    const auto response = f.call("x", "/slow", 60s);
    ASSERT_FALSE(response.ok());
    resets += response.error().code == ErrorCode::unavailable;
    timeouts += response.error().code == ErrorCode::timeout;
    EXPECT_EQ(f.call("x").error().code, ErrorCode::unavailable);  // Refused: nobody listens.
  }
  EXPECT_GT(resets, timeouts);
  EXPECT_GT(timeouts, 0);
}

Async<Result<std::vector<std::string>>> echo_all(MessageSocket& socket, int count) {
  for (int i = 0; i < count; ++i) {
    Result<void> sent = co_await socket.send(std::to_string(i));
    if (!sent) co_return sent.error();
  }
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) {
    Result<std::string> text = co_await socket.receive();
    if (!text) co_return text.error();
    texts.push_back(std::move(*text));
  }
  co_return texts;
}

TEST(SimNetwork, SocketsKeepOrder) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Fixture f(seed);
    auto socket = f.dial();
    ASSERT_TRUE(socket.ok());
    const auto texts = f.world.run(f.a, echo_all(**socket, 50));
    ASSERT_TRUE(texts.ok());
    for (int i = 0; i < 50; ++i) EXPECT_EQ(texts.value()[static_cast<std::size_t>(i)], std::to_string(i));
  }
}

TEST(SimNetwork, RefusedUpgradesAreDenied) {
  Fixture f(1);
  const auto socket = f.dial("/no");
  ASSERT_FALSE(socket.ok());
  EXPECT_EQ(socket.error().code, ErrorCode::denied);
  EXPECT_EQ(socket.error().message, "refused");
}

TEST(SimNetwork, SocketsCloseInOrder) {
  Fixture f(1);
  auto socket = f.dial();
  ASSERT_TRUE(socket.ok());
  ASSERT_TRUE(f.world.run(f.a, (*socket)->send("last")).ok());
  (*socket)->close(1000, "done");
  EXPECT_EQ(f.world.run(f.a, (*socket)->receive()).error().code, ErrorCode::closed);
  ASSERT_TRUE(f.world.run_until([&] { return f.server.open == 0; }));
  EXPECT_EQ(f.server.ended, std::vector<ErrorCode>{ErrorCode::closed});

  auto other = f.dial();
  ASSERT_TRUE(f.world.run(f.a, (*other)->send("bye")).ok());  // The server returns, and so closes.
  EXPECT_EQ(f.world.run(f.a, (*other)->receive()).error().code, ErrorCode::closed);
}

TEST(SimNetwork, DroppedSocketsAreReset) {
  Fixture f(1);
  { auto socket = f.dial(); }
  ASSERT_TRUE(f.world.run_until([&] { return !f.server.ended.empty(); }));
  EXPECT_EQ(f.server.ended, std::vector<ErrorCode>{ErrorCode::unavailable});
}

TEST(SimNetwork, APartitionLeavesHalfOpenSockets) {
  Fixture f(1);
  auto socket = f.dial();
  ASSERT_TRUE(socket.ok());
  f.world.network().partition(f.a, f.b);
  ASSERT_TRUE(f.world.run(f.a, (*socket)->send("lost")).ok());
  EXPECT_EQ(f.world.run(f.a, (*socket)->receive()).error().code, ErrorCode::unavailable);
  f.world.run_for(10min);
  EXPECT_EQ(f.server.open, 1);  // It heard nothing.
  f.world.network().heal_all();
  f.world.run_for(10min);
  EXPECT_EQ(f.server.open, 1);  // And will not, before it sends.
}

TEST(SimNetwork, AKilledServerBreaksSocketsNowOrWhenTheySend) {
  int silent = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Fixture f(seed);
    auto socket = f.dial();
    ASSERT_TRUE(socket.ok());
    f.kill(f.b);
    EXPECT_EQ(f.server.open, 0);
    f.world.run_for(1s);
    silent += f.world.run(f.a, (*socket)->send("anyone?")).ok();
    EXPECT_EQ(f.world.run(f.a, (*socket)->receive()).error().code, ErrorCode::unavailable);
  }
  EXPECT_GT(silent, 2);
  EXPECT_LT(silent, 30);
}

TEST(SimNetwork, AKilledClientCanDoNothing) {
  Fixture f(1);
  auto socket = f.dial();
  ASSERT_TRUE(socket.ok());
  f.a.kill();
  EXPECT_EQ(f.world.run(f.b, (*socket)->send("ghost")).error().code, ErrorCode::unavailable);
  EXPECT_EQ(f.world.run(f.b, f.caller->call({}, 1s)).error().code, ErrorCode::cancelled);
  EXPECT_EQ(f.server.handled, 0);
}

}  // namespace
}  // namespace berth::runtime
