// Goal: what connections hold for clients unknown is bounded in sum, is given back, and small requests pass
// while large ones fill their part. Method: shares by themselves; then a real server whose budget is small,
// and clients that fill it and stall.
#include "http/byte_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_support.h"

namespace berth::http::test {
namespace {
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::size_t kKiB = 1U << 10;
constexpr std::size_t kFree = ByteBudget::kFreeBytes;

TEST(ByteShare, CountsWhatIsBeyondTheFreePart) {
  ByteBudget budget(100 * kKiB);
  ByteShare share(budget);
  EXPECT_TRUE(share.resize(kFree));
  EXPECT_EQ(budget.held(), 0U);
  EXPECT_TRUE(share.resize(kFree + 10));
  EXPECT_EQ(budget.held(), 10U);
  EXPECT_TRUE(share.resize(kFree + 4));
  EXPECT_EQ(budget.held(), 4U);
}

TEST(ByteShare, GivesBackWhenItGoesOrIsReleased) {
  ByteBudget budget(100 * kKiB);
  {
    ByteShare share(budget);
    EXPECT_TRUE(share.resize(kFree + 10));
  }
  EXPECT_EQ(budget.held(), 0U);
  ByteShare share(budget);
  EXPECT_TRUE(share.resize(kFree + 10));
  share.release();
  EXPECT_EQ(budget.held(), 0U);
}

TEST(ByteShare, StaysAsItWasWhenThereIsNoMore) {
  ByteBudget budget(100);
  ByteShare first(budget);
  ByteShare second(budget);
  EXPECT_TRUE(first.resize(kFree + 60));
  EXPECT_TRUE(second.resize(kFree + 40));
  EXPECT_FALSE(second.resize(kFree + 41));
  EXPECT_EQ(budget.held(), 100U);
  first.release();
  EXPECT_TRUE(second.resize(kFree + 41));
}

TEST(ByteShare, LargeOnesLeaveAQuarterToTheSmall) {
  ByteBudget budget(400 * kKiB);
  ByteShare large(budget);
  EXPECT_FALSE(large.resize(300 * kKiB + kFree + 1));
  EXPECT_TRUE(large.resize(300 * kKiB + kFree));
  ByteShare other(budget);
  EXPECT_FALSE(other.resize(ByteBudget::kLargeBytes + 1));
  EXPECT_TRUE(other.resize(40 * kKiB));
}

// As many connections as one likes, each just below what is large.
TEST(ByteShare, ManyMiddlingOnesLeaveAnEighthToTheUsual) {
  ByteBudget budget(800 * kKiB);
  std::vector<std::unique_ptr<ByteShare>> shares;
  for (int i = 0; i < 1900; ++i) {
    shares.push_back(std::make_unique<ByteShare>(budget));
    static_cast<void>(shares.back()->resize(60 * kKiB));
  }
  EXPECT_LE(budget.held(), 700 * kKiB);
  ByteShare usual(budget);
  EXPECT_TRUE(usual.resize(20 * kKiB));
}

std::string header(std::size_t length, const std::string& more = {}) {
  return "POST /echo HTTP/1.1\r\nHost: x\r\n" + more + "Content-Length: " + std::to_string(length) +
         "\r\n\r\n";
}

/// A server whose requests may take `bytes` in all.
ServerLimits with_total(std::size_t bytes) {
  auto limits = TestServer::quick_limits();
  limits.request_bytes_total_max = bytes;
  return limits;
}

ServerOptions with_budget(const std::shared_ptr<ByteBudget>& budget) {
  ServerOptions options;
  options.budget = budget;
  return options;
}

TEST(RequestBytes, ManyLargeBodiesAreRefusedAndSmallOnesPass) {
  auto budget = std::make_shared<ByteBudget>(4U << 20);
  TestServer server(TestServer::quick_limits(), with_budget(budget));
  constexpr std::size_t kBody = 1U << 20;
  // Two thirds of each of a dozen bodies of 1 MiB; nobody sends the rest.
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send(header(kBody) + std::string(kBody * 2 / 3, 'x'));
  }
  ASSERT_TRUE(eventually([&] { return server.server->stats().bad_requests >= 9; }));
  EXPECT_LE(budget->held(), 4U << 20);
  RawClient usual(server.port());
  usual.send(header(20 * kKiB) + std::string(20 * kKiB, 'y'));
  EXPECT_THAT(usual.read_response(), EndsWith("yyy"));
  clients.clear();
  EXPECT_TRUE(eventually([&] { return budget->held() == 0; }));
}

TEST(RequestBytes, ARefusedBodyIsAnswered503AndMayComeAgain) {
  TestServer server(with_total(1U << 20));
  const std::string body(900 * kKiB, 'x');
  RawClient refused(server.port());
  refused.send(header(body.size()) + body);
  EXPECT_THAT(refused.read_to_end(), StartsWith("HTTP/1.1 503 "));
  RawClient fits(server.port());
  fits.send(header(200 * kKiB) + std::string(200 * kKiB, 'x'));
  EXPECT_THAT(fits.read_response(), StartsWith("HTTP/1.1 200 "));
}

TEST(RequestBytes, AnAnnouncedBodyHoldsNothingBeforeItComes) {
  auto budget = std::make_shared<ByteBudget>(1U << 20);
  TestServer server(TestServer::quick_limits(), with_budget(budget));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send(header(16U << 20, "Expect: 100-continue\r\n"));
    EXPECT_THAT(clients.back()->read_response(), StartsWith("HTTP/1.1 100 "));
  }
  RawClient usual(server.port());
  usual.send(header(20 * kKiB) + std::string(20 * kKiB, 'y'));
  EXPECT_THAT(usual.read_response(), EndsWith("yyy"));
}

TEST(RequestBytes, LongHeadersCountToo) {
  auto budget = std::make_shared<ByteBudget>(256 * kKiB);
  TestServer server(TestServer::quick_limits(), with_budget(budget));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send("GET /info HTTP/1.1\r\nHost: x\r\nX: " + std::string(60 * kKiB, 'x'));
  }
  ASSERT_TRUE(eventually([&] { return server.server->stats().bad_requests >= 15; }));
  EXPECT_LE(budget->held(), 256 * kKiB);
  RawClient usual(server.port());
  usual.send("GET /info HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(usual.read_response(), StartsWith("HTTP/1.1 200 "));
}

TEST(RequestBytes, ABodyCountsUntilItIsAnswered) {
  auto budget = std::make_shared<ByteBudget>(1U << 20);
  TestServer server(TestServer::quick_limits(), with_budget(budget));
  RawClient client(server.port());
  client.send("POST /gate HTTP/1.1\r\nHost: x\r\nContent-Length: 204800\r\n\r\n" + std::string(204800, 'x'));
  ASSERT_TRUE(eventually([&] { return server.handler.waiting_at_gate == 1; }));
  EXPECT_GT(budget->held(), 150 * kKiB);
  server.handler.gate.notify();
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(eventually([&] { return budget->held() == 0; }));
}

TEST(RequestBytes, ServersShareABudget) {
  auto budget = std::make_shared<ByteBudget>(1U << 20);
  TestServer one(TestServer::quick_limits(), with_budget(budget));
  TestServer two(TestServer::quick_limits(), with_budget(budget));
  RawClient stalled(one.port());
  stalled.send(header(1U << 20) + std::string(500 * kKiB, 'x'));
  ASSERT_TRUE(eventually([&] { return budget->held() > 400 * kKiB; }));
  RawClient refused(two.port());
  refused.send(header(600 * kKiB) + std::string(600 * kKiB, 'x'));
  EXPECT_THAT(refused.read_to_end(), StartsWith("HTTP/1.1 503 "));
}

TEST(RequestBytes, RefusalsAreWordedByTheOwner) {
  ServerOptions options;
  options.render_refusal = [](const runtime::HttpRequest& head, int status, std::string_view) {
    runtime::HttpResponse response;
    response.status = status;
    response.body = "{\"for\":\"" + std::string(runtime::find_header(head.headers, "X-Amz-Target")) + "\"}";
    return response;
  };
  TestServer server(with_total(64 * kKiB), options);
  RawClient client(server.port());
  client.send(header(200 * kKiB, "X-Amz-Target: A.RunTask\r\n") + std::string(200 * kKiB, 'x'));
  const auto answer = client.read_to_end();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, EndsWith("{\"for\":\"A.RunTask\"}"));
}

}  // namespace
}  // namespace berth::http::test
