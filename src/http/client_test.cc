// Goal: the clients keep, replace and give up connections as their contracts say, directly, over TLS, a proxy
// and a unix socket. Method: our own server, and scripted peers that answer with exact bytes.
#include "http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

#include "http/stream_client.h"
#include "http/test_support.h"

namespace berth::http::test {
namespace {
using testing::HasSubstr;
using testing::StartsWith;
constexpr Duration kTimeout = std::chrono::seconds(10);

TEST(Client, ReusesItsConnection) {
  TestServer server;
  for (const char* scheme : {"http", "https"}) {
    const auto before = server.server->stats().connections;
    auto caller = server.caller(scheme);
    for (int i = 0; i < 5; ++i) {
      auto result = server.call(*caller, to("/echo", "x"));
      ASSERT_TRUE(result.ok()) << result.error().message;
      EXPECT_EQ(result->body, "x");
    }
    EXPECT_EQ(server.server->stats().connections, before + 1) << scheme;
  }
}

TEST(Client, ConcurrentCallsUseConnectionsOfTheirOwn) {
  TestServer server;
  auto caller = server.caller("http");
  auto first = std::async(std::launch::async, [&] { return server.call(*caller, to("/gate")); });
  ASSERT_TRUE(eventually([&] { return server.handler.waiting_at_gate == 1; }));
  auto second = server.call(*caller, to("/echo"));
  EXPECT_TRUE(second.ok());
  server.handler.gate.notify();
  EXPECT_TRUE(first.get().ok());
  EXPECT_EQ(server.server->stats().connections, 2U);
}

TEST(Client, ReplacesAConnectionThatWasClosedMeanwhile) {
  TestServer first;
  const auto port = first.port();
  TestServer client;  // Only its threads are used.
  auto made =
      make_http_caller("http://127.0.0.1:" + std::to_string(port), {}, client.executor(), client.runtime);
  ASSERT_TRUE(client.call(**made, to("/echo")).ok());
  first.stop();
  TestServer second(TestServer::quick_limits(), {"127.0.0.1", port, {}, PlainHttp::allowed});
  auto again = client.call(**made, to("/echo", "again"));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->body, "again");
}

/// Answers the first request of each connection, and closes on reading the second, which it counts.
ScriptedPeer::Script one_answer_each(std::atomic<int>& requests) {
  return [&requests](int descriptor, int) {
    for (int i = 0; i < 2; ++i) {
      if (ScriptedPeer::read_head(descriptor).empty()) return;
      ++requests;
      if (i == 0) ScriptedPeer::write(descriptor, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  };
}

TEST(Client, RepeatsAGetButNotAPostThatMayHaveBeenSeen) {
  std::atomic<int> requests{0};
  ScriptedPeer peer(one_answer_each(requests), 2);
  TestServer client;
  auto caller = make_http_caller("http://127.0.0.1:" + std::to_string(peer.port()), {}, client.executor(),
                                 client.runtime);
  runtime::HttpRequest get;
  get.method = "GET";
  EXPECT_TRUE(client.call(**caller, get).ok());
  EXPECT_TRUE(client.call(**caller, get).ok());
  EXPECT_EQ(requests, 3);
  auto post = client.call(**caller, {});
  ASSERT_FALSE(post.ok());
  EXPECT_EQ(post.error().code, ErrorCode::unavailable);
  EXPECT_EQ(requests, 4);
}

TEST(Client, GivesUpAtTheDeadline) {
  TestServer server;
  auto caller = server.caller("http");
  auto result =
      runtime::block_on(server.executor(), caller->call(to("/gate"), std::chrono::milliseconds(30)));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::timeout);
  server.handler.gate.notify();
  EXPECT_TRUE(server.call(*caller, to("/echo")).ok());
}

TEST(Client, NobodyListensIsUnavailable) {
  TestServer server;
  std::uint16_t port = 0;
  {
    port = ScriptedPeer([](int, int) {}, 0).port();
  }
  auto caller =
      make_http_caller("http://127.0.0.1:" + std::to_string(port), {}, server.executor(), server.runtime);
  auto result = server.call(**caller, {});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::unavailable);
  EXPECT_THAT(result.error().message, HasSubstr("Connection refused"));
}

TEST(Client, TrustsOnlyTheGivenAuthority) {
  TestServer server;
  const auto stranger = make_authority(runtime::RealClock().wall());
  ClientOptions options;
  options.ca_pem = stranger->certificate_pem;
  auto distrusting = server.caller("https", options);
  auto refused = server.call(*distrusting, to("/echo"));
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("certificate verify failed"));
  options.verify = Verify::insecure;
  auto insecure = server.caller("https", options);
  EXPECT_TRUE(server.call(*insecure, to("/echo")).ok());
}

TEST(Client, ChecksTheServersName) {
  // A certificate without 127.0.0.2, although the server answers there.
  TestServer server(TestServer::quick_limits(), {"127.0.0.2", 0, {}, PlainHttp::allowed});
  ClientOptions options;
  options.ca_pem = test_authority().certificate_pem;
  auto caller = make_http_caller("https://127.0.0.2:" + std::to_string(server.port()), options,
                                 server.executor(), server.runtime);
  auto refused = server.call(**caller, to("/echo"));
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("certificate verify failed"));
}

TEST(Client, SkipsInterimAnswersAndReadsToTheEndOfTheConnection) {
  ScriptedPeer peer(
      [](int descriptor, int) {
        ScriptedPeer::read_head(descriptor);
        ScriptedPeer::write(descriptor, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nno length");
      },
      1);
  TestServer client;
  auto caller = make_http_caller("http://127.0.0.1:" + std::to_string(peer.port()), {}, client.executor(),
                                 client.runtime);
  auto result = client.call(**caller, {});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->body, "no length");
}

/// A proxy for one connection: tells what it was asked, then relays to `port` whatever name was asked for.
void relay(int descriptor, std::uint16_t port, std::promise<std::string>& asked) {
  const auto head = ScriptedPeer::read_head(descriptor);
  asked.set_value(head);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int target = ::socket(AF_INET, SOCK_STREAM, 0);
  ::connect(target, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (head.starts_with("CONNECT ")) {
    ScriptedPeer::write(descriptor, "HTTP/1.1 200 Connection established\r\n\r\n");
  } else {
    ScriptedPeer::write(target, head);
  }
  pollfd sides[2] = {{descriptor, POLLIN, 0}, {target, POLLIN, 0}};
  char block[16384];
  bool open = true;
  while (open && ::poll(sides, 2, 10'000) > 0) {
    for (int side = 0; side < 2; ++side) {
      if (sides[side].revents == 0) continue;
      const auto count = ::recv(sides[side].fd, block, sizeof block, 0);
      if (count <= 0) open = false;
      if (count > 0) ScriptedPeer::write(sides[1 - side].fd, {block, static_cast<std::size_t>(count)});
    }
  }
  ::close(target);
}

struct ProxyCase {
  const char* name;
  const char* scheme;
  const char* first_line;
};
class Proxy : public testing::TestWithParam<ProxyCase> {};
INSTANTIATE_TEST_SUITE_P(Schemes, Proxy,
                         testing::Values(ProxyCase{"https", "https", "CONNECT www.amazonaws.com:"},
                                         ProxyCase{"http", "http", "POST http://www.amazonaws.com:"},
                                         ProxyCase{"ws", "ws", "CONNECT www.amazonaws.com:"},
                                         ProxyCase{"wss", "wss", "CONNECT www.amazonaws.com:"}),
                         [](const auto& info) { return info.param.name; });

TEST_P(Proxy, CarriesRequestsAndSockets) {
  TestServer server;
  std::promise<std::string> asked;
  ScriptedPeer proxy([&](int descriptor, int) { relay(descriptor, server.port(), asked); }, 1);
  ClientOptions options;
  options.ca_pem = test_authority().certificate_pem;
  options.proxy.http_proxy = "http://user:secret@127.0.0.1:" + std::to_string(proxy.port());
  options.proxy.https_proxy = options.proxy.http_proxy;
  const std::string scheme = GetParam().scheme;
  const auto url = scheme + "://www.amazonaws.com:" + std::to_string(server.port());
  if (scheme.starts_with("ws")) {
    auto dialer = make_socket_dialer(url, options, server.executor(), server.runtime);
    auto socket = server.dial(**dialer, to("/ws"));
    ASSERT_TRUE(socket.ok()) << socket.error().message;
    EXPECT_TRUE(server.send(**socket, "through").ok());
    EXPECT_EQ(*server.receive(**socket), "through");
  } else {
    auto caller = make_http_caller(url, options, server.executor(), server.runtime);
    auto result = server.call(**caller, to("/echo", "through"));
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(result->body, "through");
  }
  const auto head = asked.get_future().get();
  EXPECT_THAT(head, StartsWith(GetParam().first_line));
  EXPECT_THAT(head, HasSubstr("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n"));
}

TEST(StreamClient, HandsOutPiecesAsTheyArriveOverAUnixSocket) {
  std::promise<void> first_read;
  auto go_on = first_read.get_future();
  const auto path = testing::TempDir() + "berth_http_stream.sock";
  ScriptedPeer peer(
      [&](int descriptor, int) {
        EXPECT_THAT(ScriptedPeer::read_head(descriptor),
                    StartsWith("GET /events HTTP/1.1\r\nHost: localhost\r\n"));
        ScriptedPeer::write(descriptor,
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
        go_on.wait();
        ScriptedPeer::write(descriptor, "6\r\nsecond\r\n0\r\n\r\n");
      },
      1, path);
  TestServer world;
  auto client = make_stream_client("unix://" + path, {}, world.executor(), world.runtime);
  runtime::HttpRequest request;
  request.method = "GET";
  request.target = "/events";
  auto response = runtime::block_on(world.executor(), (*client)->open_stream(request, kTimeout));
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->status, 200);
  auto next = [&] { return runtime::block_on(world.executor(), response->body->next()); };
  EXPECT_EQ(next()->value_or("<end>"), "first");
  auto early = runtime::block_on(
      world.executor(),
      runtime::with_deadline(world.runtime, std::chrono::milliseconds(20), response->body->next()));
  EXPECT_EQ(early.error().code, ErrorCode::timeout);
  first_read.set_value();
  EXPECT_EQ(next()->value_or("<end>"), "second");
  EXPECT_FALSE(next()->has_value());
}

TEST(StreamClient, ABrokenStreamIsNotItsEnd) {
  ScriptedPeer peer(
      [](int descriptor, int) {
        ScriptedPeer::read_head(descriptor);
        ScriptedPeer::write(descriptor, "HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\npart");
      },
      1);
  TestServer world;
  auto client = make_stream_client("tcp://127.0.0.1:" + std::to_string(peer.port()), {}, world.executor(),
                                   world.runtime);
  auto response = runtime::block_on(world.executor(), (*client)->open_stream({}, kTimeout));
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(runtime::block_on(world.executor(), response->body->next())->value_or(""), "part");
  auto end = runtime::block_on(world.executor(), response->body->next());
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace berth::http::test
