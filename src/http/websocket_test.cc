// Goal: websockets carry whole messages both ways at once, plain and over TLS, and end as RFC 6455 says.
// Method: our own dialer against our own server on loopback; raw bytes for malformed upgrades.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <future>

#include "http/test_support.h"

namespace berth::http::test {
namespace {
using testing::HasSubstr;
using testing::StartsWith;

class Websocket : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Schemes, Websocket, testing::Values("ws", "wss"));

TEST_P(Websocket, EchoesMessagesOfEverySize) {
  TestServer server;
  auto socket = server.dial(GetParam(), "/ws");
  ASSERT_TRUE(socket.ok()) << socket.error().message;
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U, 4U << 20}) {
    const std::string text(size, 'm');
    ASSERT_TRUE(server.send(**socket, text).ok()) << size;
    auto back = server.receive(**socket);
    ASSERT_TRUE(back.ok()) << size << back.error().message;
    EXPECT_TRUE(*back == text) << size;
  }
  EXPECT_EQ(server.server->stats().websockets_now, 1U);
}

TEST_P(Websocket, TheServersEndIsAnOrderlyClose) {
  TestServer server;
  auto socket = server.dial(GetParam(), "/ws");
  ASSERT_TRUE(server.send(**socket, "bye").ok());
  auto end = server.receive(**socket);
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, ErrorCode::closed);
  EXPECT_THAT(end.error().message, HasSubstr("(1000 "));
  EXPECT_TRUE(eventually([&] { return server.server->stats().websockets_now == 0; }));
}

TEST_P(Websocket, CloseEndsBothSides) {
  TestServer server;
  auto socket = server.dial(GetParam(), "/ws");
  auto pending = std::async(std::launch::async, [&] { return server.receive(**socket); });
  ASSERT_TRUE(server.send(**socket, "one").ok());
  EXPECT_EQ(*pending.get(), "one");
  (*socket)->close(1000, "ConnectionExpired: Reconnect to continue");
  auto end = server.receive(**socket);
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, ErrorCode::closed);
  EXPECT_TRUE(eventually([&] { return server.handler.sockets_ended == 1; }));
  EXPECT_EQ(server.handler.last_socket_error, static_cast<int>(ErrorCode::closed));
}

TEST_P(Websocket, ABrokenConnectionIsNotAClose) {
  TestServer server;
  auto socket = server.dial(GetParam(), "/ws");
  ASSERT_TRUE(server.send(**socket, "hello").ok());
  ASSERT_TRUE(server.receive(**socket).ok());
  boost::asio::post(server.executor(), [&] { socket->reset(); });
  EXPECT_TRUE(eventually([&] { return server.handler.sockets_ended == 1; }));
  EXPECT_EQ(server.handler.last_socket_error, static_cast<int>(ErrorCode::unavailable));
}

TEST_P(Websocket, StopClosesWith1001) {
  TestServer server;
  auto socket = server.dial(GetParam(), "/ws");
  ASSERT_TRUE(server.send(**socket, "hello").ok());
  ASSERT_TRUE(server.receive(**socket).ok());
  auto pending = std::async(std::launch::async, [&] { return server.receive(**socket); });
  runtime::block_on(server.io.executor(1), server.server->stop());
  auto end = pending.get();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, ErrorCode::closed);
  EXPECT_THAT(end.error().message, HasSubstr("1001"));
}

Async<Result<int>> receive_many(runtime::MessageSocket& socket, int count) {
  for (int i = 0; i < count; ++i) {
    auto text = co_await socket.receive();
    if (!text.ok()) co_return text.error();
    if (*text != std::to_string(i) + std::string(1000, 'x'))
      co_return invalid("message " + std::to_string(i));
  }
  co_return count;
}

Async<Result<int>> send_many(runtime::MessageSocket& socket, int count) {
  for (int i = 0; i < count; ++i) {
    auto sent = co_await socket.send(std::to_string(i) + std::string(1000, 'x'));
    if (!sent.ok()) co_return sent.error();
  }
  co_return count;
}

TEST_P(Websocket, ReceivesWhileItSends) {
  TestServer server;
  auto socket = server.dial(GetParam(), "/ws");
  auto received = std::async(
      std::launch::async, [&] { return runtime::block_on(server.executor(), receive_many(**socket, 2000)); });
  auto sent = runtime::block_on(server.executor(), send_many(**socket, 2000));
  ASSERT_TRUE(sent.ok()) << sent.error().message;
  auto all = received.get();
  ASSERT_TRUE(all.ok()) << all.error().message;
}

TEST_P(Websocket, ARefusalShowsStatusAndBody) {
  TestServer server;
  auto socket = server.dial(GetParam(), "/refuse");
  ASSERT_FALSE(socket.ok());
  EXPECT_EQ(socket.error().code, ErrorCode::denied);
  EXPECT_EQ(socket.error().message, R"(400 {"InactiveInstanceException":"gone"})");
}

TEST(WebsocketUpgrade, ReceiveMayBeCancelledByADeadline) {
  TestServer server;
  auto socket = server.dial("ws", "/ws");
  auto waited = runtime::block_on(
      server.executor(),
      runtime::with_deadline(server.runtime, std::chrono::milliseconds(30), (*socket)->receive()));
  ASSERT_FALSE(waited.ok());
  EXPECT_EQ(waited.error().code, ErrorCode::timeout);
}

TEST(WebsocketUpgrade, ChecksTheForm) {
  TestServer server;
  RawClient client(server.port());
  const std::string start =
      "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n";
  client.send(start + "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  const auto old = client.read_response();
  EXPECT_THAT(old, StartsWith("HTTP/1.1 426 "));
  EXPECT_THAT(old, HasSubstr("Sec-WebSocket-Version: 13\r\n"));
  client.send(start + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2hvcnQ=\r\n\r\n");
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 400 "));
  client.send(start + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  const auto accepted = client.read_response();
  EXPECT_THAT(accepted, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(accepted, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
}

TEST(WebsocketUpgrade, ARefusalObeysConnectionClose) {
  TestServer server;
  for (const char* target : {"/refuse", "/ws"}) {  // By the handler, and for its form.
    RawClient client(server.port());
    client.send("GET " + std::string(target) +
                " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"
                "Sec-WebSocket-Version: " +
                (target[1] == 'r' ? "13" : "8") +
                "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                "GET /info HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = client.read_to_end();
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n")) << target;
    EXPECT_THAT(answer, testing::Not(HasSubstr("HTTP/1.1 200"))) << target;
  }
}

TEST(WebsocketUpgrade, FramesSentWithTheRequestAreNotLost) {
  TestServer server;
  RawClient client(server.port());
  // A masked text frame "hi" with the mask 0, and a ping before it.
  const std::string frames("\x89\x80\0\0\0\0\x81\x82\0\0\0\0hi", 14);
  client.send(
      "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      frames);
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 101 "));
  client.send(std::string("\x88\x82\0\0\0\0\x03\xe8", 8));  // Close, code 1000.
  EXPECT_EQ(client.read_to_end(), std::string("\x8a\0\x81\x02hi\x88\x02\x03\xe8", 10));
}

TEST(WebsocketUpgrade, GarbageFramesEndTheSocket) {
  TestServer server;
  RawClient client(server.port());
  client.send(
      "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 101 "));
  client.send("\xff\xff\xff\xff garbage that is no frame at all");
  client.read_to_end();
  EXPECT_TRUE(eventually([&] { return server.server->stats().connections_now == 0; }));
  EXPECT_EQ(server.handler.sockets_ended, 1);
}

}  // namespace
}  // namespace berth::http::test
