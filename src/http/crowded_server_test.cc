// Goal: a server that has no room left answers whoever comes, at the cost of those that only hold
// connections; strangers cost nothing. Method: a real server with few places or descriptors, and clients that
// stay silent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/test_support.h"

namespace berth::http::test {
namespace {
using testing::StartsWith;

constexpr const char* kAsk = "GET /info HTTP/1.1\r\nHost: x\r\n\r\n";

ServerLimits with_places(std::size_t places) {
  auto limits = TestServer::quick_limits();
  limits.connections_max = places;
  return limits;
}

std::vector<std::unique_ptr<RawClient>> silent_clients(TestServer& server, int count) {
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < count; ++i) clients.push_back(std::make_unique<RawClient>(server.port()));
  return clients;
}

TEST(CrowdedServer, ShedsTheIdleForWhoAsks) {
  TestServer server(with_places(10));
  const auto silent = silent_clients(server, 40);
  RawClient client(server.port());
  client.send(kAsk);
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(eventually([&] { return server.server->stats().connections_now <= 10; }));
  EXPECT_GE(server.server->stats().connections_shed, 31U);
}

TEST(CrowdedServer, ShedsTheLongestIdleFirst) {
  TestServer server(with_places(4));
  // Two executors take turns: the first two and the last two are one of each.
  const auto old = silent_clients(server, 2);
  ASSERT_TRUE(eventually([&] { return server.server->stats().connections_now == 2; }));
  RawClient recent(server.port());
  RawClient other(server.port());
  for (auto* client : {&recent, &other}) {
    client->send(kAsk);
    EXPECT_THAT(client->read_response(), StartsWith("HTTP/1.1 200 "));
  }
  const auto further = silent_clients(server, 2);
  for (const auto& client : old) EXPECT_EQ(client->read_to_end(), "");
  for (auto* client : {&recent, &other}) {
    client->send(kAsk);
    EXPECT_THAT(client->read_response(), StartsWith("HTTP/1.1 200 "));
  }
}

TEST(CrowdedServer, ShedsThoseThatStallInTheMiddleOfARequest) {
  TestServer server(with_places(4));
  const auto silent = silent_clients(server, 20);
  for (const auto& client : silent) client->send("GET /info HT");
  RawClient client(server.port());
  client.send(kAsk);
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 200 "));
}

TEST(CrowdedServer, RefusesTheNewWhenAllAreBeingAnswered) {
  TestServer server(with_places(1));
  RawClient first(server.port());
  first.send("POST /gate HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\ndone");
  ASSERT_TRUE(eventually([&] { return server.handler.waiting_at_gate == 1; }));
  for (int i = 0; i < 2; ++i) {  // One for each executor.
    RawClient refused(server.port());
    EXPECT_EQ(refused.read_to_end(), "");
  }
  EXPECT_EQ(server.server->stats().connections_refused, 2U);
  server.handler.gate.notify();
}

TEST(CrowdedServer, KeepsDescriptorsFree) {
  auto limits = TestServer::quick_limits();
  constexpr int kClients = 200;
  // The clients are of this process too: what is left for connections is 60.
  const int probe = ::dup(0);
  ::close(probe);
  limits.descriptor_max = probe + kClients + 60;
  TestServer server(limits);
  const auto silent = silent_clients(server, kClients);
  RawClient client(server.port());
  client.send(kAsk);
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 200 "));
  EXPECT_GE(server.server->stats().connections_shed, 100U);
}

TEST(CrowdedServer, StrangersAreRefusedBeforeTheyAreRead) {
  ServerOptions options;
  options.admits = [](const std::string& address) { return address != "127.0.0.1"; };
  TestServer server(TestServer::quick_limits(), options);
  RawClient silent(server.port());
  EXPECT_THAT(silent.read_to_end(), StartsWith("HTTP/1.1 403 "));
  RawClient sending(server.port());
  sending.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" +
               std::string(3'000'000, 'x'));
  EXPECT_THAT(sending.read_to_end(), StartsWith("HTTP/1.1 403 "));
  EXPECT_EQ(server.server->stats().requests, 0U);
}

}  // namespace
}  // namespace berth::http::test
