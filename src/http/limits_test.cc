// Goal: every limit of the server holds, and is answered as its contract says.
// Method: a real server whose limit under test is small, and clients that exceed it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_support.h"

namespace berth::http::test {
namespace {
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
constexpr Duration kShort = std::chrono::milliseconds(50);

TEST(Limits, HeaderTooLarge) {
  auto limits = TestServer::quick_limits();
  limits.header_bytes_max = 1000;
  TestServer server(limits);
  RawClient fits(server.port());
  fits.send("GET /info HTTP/1.1\r\nHost: x\r\nX: " + std::string(900, 'x') + "\r\n\r\n");
  EXPECT_THAT(fits.read_response(), StartsWith("HTTP/1.1 200 "));
  for (const char* end : {"\r\n\r\n", ""}) {
    RawClient client(server.port());
    client.send("GET /info HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x') + end);
    EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 431 "));
  }
}

TEST(Limits, TooManyHeaderFields) {
  TestServer server;
  RawClient client(server.port());
  std::string head = "GET /info HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 300; ++i) head += "A: b\r\n";
  client.send(head + "\r\n");
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 431 "));
}

TEST(Limits, BodyTooLarge) {
  auto limits = TestServer::quick_limits();
  limits.body_bytes_max = 1000;
  TestServer server(limits);
  RawClient announced(server.port());
  announced.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_THAT(announced.read_to_end(), StartsWith("HTTP/1.1 413 "));
  RawClient chunked(server.port());
  chunked.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
               std::string(1001, 'x') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked.read_to_end(), StartsWith("HTTP/1.1 413 "));
  // The answer arrives even while the client is still sending what nobody will read.
  RawClient stubborn(server.port());
  stubborn.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" +
                std::string(3'000'000, 'x'));
  EXPECT_THAT(stubborn.read_to_end(), StartsWith("HTTP/1.1 413 "));
}

TEST(Limits, LargeBodiesWithinTheLimitPass) {
  TestServer server;
  auto caller = server.caller("http");
  const std::string body(15U << 20, 'x');
  auto result = server.call(*caller, to("/echo", body));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_TRUE(result->body == body);
}

TEST(Limits, SlowHeaderIs408) {
  auto limits = TestServer::quick_limits();
  limits.header_read_timeout = kShort;
  TestServer server(limits);
  RawClient client(server.port());
  client.send("GET /info HTTP/1.1\r\nHost");
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(server.server->stats().timeouts, 1U);
}

TEST(Limits, SlowBodyIs408) {
  auto limits = TestServer::quick_limits();
  limits.body_read_timeout = kShort;
  TestServer server(limits);
  RawClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 408 "));
}

TEST(Limits, IdleConnectionsAreClosed) {
  auto limits = TestServer::quick_limits();
  limits.idle_timeout = kShort;
  TestServer server(limits);
  RawClient silent(server.port());
  EXPECT_EQ(silent.read_to_end(), "");
  RawClient used(server.port());
  used.send("GET /info HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(used.read_response(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(used.read_to_end(), "");
}

TEST(Limits, AnUnfinishedTlsHandshakeIsCutOff) {
  auto limits = TestServer::quick_limits();
  limits.handshake_timeout = kShort;
  TestServer server(limits);
  RawClient client(server.port());
  client.send("\x16\x03\x01");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Limits, AClientThatDoesNotReadIsCutOff) {
  auto limits = TestServer::quick_limits();
  limits.write_timeout = kShort;
  TestServer server(limits);
  RawClient client(server.port());
  client.send("GET /big/50000000 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(eventually(
      [&] { return server.server->stats().connections_now == 0 && server.server->stats().requests == 1; }));
}

TEST(Limits, WebsocketMessageTooLargeCloses1009) {
  auto limits = TestServer::quick_limits();
  limits.websocket_message_bytes_max = 1000;
  TestServer server(limits);
  auto socket = server.dial("ws", "/ws");
  ASSERT_TRUE(socket.ok()) << socket.error().message;
  ASSERT_TRUE(server.send(**socket, std::string(1000, 'x')).ok());
  EXPECT_EQ(server.receive(**socket)->size(), 1000U);
  ASSERT_TRUE(server.send(**socket, std::string(1001, 'x')).ok());
  auto end = server.receive(**socket);
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, ErrorCode::closed);
  EXPECT_THAT(end.error().message, HasSubstr("1009"));
  EXPECT_TRUE(eventually([&] { return server.handler.sockets_ended == 1; }));
  EXPECT_EQ(server.handler.last_socket_error, static_cast<int>(ErrorCode::too_large));
}

TEST(Limits, ClientRefusesAnAnswerThatIsTooLarge) {
  TestServer server;
  ClientOptions options;
  options.body_bytes_max = 1000;
  auto caller = server.caller("http", options);
  auto result = server.call(*caller, to("/big/1001"));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace berth::http::test
