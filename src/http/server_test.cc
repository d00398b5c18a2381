// Goal: the server answers well-formed requests as HTTP/1.1 says, plain and over TLS on one port, and
// survives bad ones. Method: a real server on loopback, raw bytes from blocking sockets, our own client, and
// curl.
#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "http/test_support.h"

namespace berth::http::test {
namespace {
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string post(std::string_view target, std::string_view body) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

TEST(Server, KeepsAConnectionForManyRequests) {
  TestServer server;
  RawClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.send(post("/echo", "hello " + std::to_string(i)));
    const auto response = client.read_response();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(response, HasSubstr("\r\nContent-Length: 7\r\n"));
    EXPECT_THAT(response, HasSubstr("\r\nDate: "));
    EXPECT_THAT(response, EndsWith("\r\n\r\nhello " + std::to_string(i)));
  }
  EXPECT_EQ(server.server->stats().connections, 1U);
  EXPECT_EQ(server.server->stats().requests, 3U);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  TestServer server;
  RawClient client(server.port());
  client.send(post("/echo", "one") + "\r\n" + post("/echo", "two") + post("/echo", "three"));
  EXPECT_THAT(client.read_response(), EndsWith("one"));
  EXPECT_THAT(client.read_response(), EndsWith("two"));
  EXPECT_THAT(client.read_response(), EndsWith("three"));
}

TEST(Server, ReadsARequestThatComesByteByByte) {
  TestServer server;
  RawClient client(server.port());
  for (const char c : post("/echo", "slow")) client.send(std::string_view(&c, 1));
  EXPECT_THAT(client.read_response(), EndsWith("\r\n\r\nslow"));
}

TEST(Server, ReadsAChunkedBody) {
  TestServer server;
  RawClient client(server.port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5\r\nhello\r\n1;a=b\r\n!\r\n0\r\n\r\n");
  EXPECT_THAT(client.read_response(), EndsWith("\r\n\r\nhello!"));
}

TEST(Server, HeadHasTheLengthButNoBody) {
  TestServer server;
  RawClient client(server.port());
  client.send("HEAD /big/100 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto response = client.read_to_end();
  EXPECT_THAT(response, HasSubstr("Content-Length: 100\r\n"));
  EXPECT_THAT(response, EndsWith("\r\n\r\n"));
}

TEST(Server, ClosesWhenAskedAndAfterHttp10) {
  TestServer server;
  RawClient modern(server.port());
  modern.send("GET /info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(modern.read_to_end(), HasSubstr("Connection: close\r\n"));
  RawClient old(server.port());
  old.send("GET /info HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old.read_to_end(), HasSubstr("Connection: close\r\n"));
  RawClient keeping(server.port());
  keeping.send("GET /info HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(keeping.read_response(), HasSubstr("Connection: keep-alive\r\n"));
}

TEST(Server, GivesLeaveToSendTheBody) {
  TestServer server;
  RawClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.read_response(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  EXPECT_THAT(client.read_response(), EndsWith("\r\n\r\nbody"));
}

TEST(Server, TlsAndPlainShareThePort) {
  TestServer server;
  runtime::HttpRequest request;
  request.target = "/info";
  auto plain = server.caller("http");
  auto secure = server.caller("https");
  const auto host = "127.0.0.1:" + std::to_string(server.port());
  auto first = server.call(*plain, request);
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(first->body, "POST 127.0.0.1 plain " + host);
  auto second = server.call(*secure, request);
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_EQ(second->body, "POST 127.0.0.1 tls " + host);
}

TEST(Server, RefusesPlainHttpWhereTlsIsRequired) {
  TestServer server(TestServer::quick_limits(), {"127.0.0.1", 0, {}, PlainHttp::refused});
  RawClient client(server.port());
  client.send("GET /info HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 400 "));
  auto secure = server.caller("https");
  EXPECT_TRUE(server.call(*secure, to("/info")).ok());
}

TEST(Server, HangsUpOnTlsWithoutACertificate) {
  TestServer server(TestServer::quick_limits(), {}, TestServer::WithTls::no);
  auto secure = server.caller("https");
  auto result = server.call(*secure, to("/info"));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::unavailable);
}

TEST(Server, AnswersGarbageWith400) {
  for (const std::string garbage :
       {"\x01\x02\x03\x04", "hello world\r\n", "GET / HTTP/1.1\r\nBad Header\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    TestServer server;
    RawClient client(server.port());
    client.send(garbage);
    EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 400 Bad Request\r\n")) << garbage;
    EXPECT_EQ(server.server->stats().bad_requests, 1U);
  }
}

TEST(Server, SurvivesClientsThatVanish) {
  TestServer server;
  {
    RawClient half(server.port());
    half.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this");
    RawClient silent(server.port());
    RawClient impatient(server.port());
    impatient.send("GET /big/10000000 HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  EXPECT_TRUE(eventually([&] { return server.server->stats().connections_now == 0; }));
  RawClient client(server.port());
  client.send(post("/echo", "still here"));
  EXPECT_THAT(client.read_response(), EndsWith("still here"));
}

TEST(Server, AHandlerThatThrowsIsA500) {
  TestServer server;
  RawClient client(server.port());
  client.send(post("/throw", ""));
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 500 "));
  client.send(post("/echo", "next"));
  EXPECT_THAT(client.read_response(), EndsWith("next"));
}

TEST(Server, HeaderValuesCannotStartANewHeader) {
  TestServer server;
  RawClient client(server.port());
  client.send(post("/split", ""));
  EXPECT_THAT(client.read_response(), Not(HasSubstr("\nX-Injected")));
}

TEST(Server, StopLetsARequestEndAndRefusesNewOnes) {
  TestServer server;
  const auto port = server.port();
  RawClient client(port);
  RawClient idle(port);
  client.send(post("/gate", "done"));
  ASSERT_TRUE(eventually([&] { return server.handler.waiting_at_gate == 1; }));
  std::thread stopper([&] { server.stop(); });
  EXPECT_EQ(idle.read_to_end(), "");
  server.handler.gate.notify();
  EXPECT_THAT(client.read_to_end(), EndsWith("done"));
  stopper.join();
}

TEST(Server, StopCutsOffWhatDoesNotEnd) {
  TestServer server;
  RawClient client(server.port());
  client.send(post("/gate", ""));
  ASSERT_TRUE(eventually([&] { return server.handler.waiting_at_gate == 1; }));
  server.stop();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Server, SaysWhyItCannotListen) {
  TestServer first;
  runtime::RealRuntime& world = first.runtime;
  auto start = [&](ServerOptions options) {
    Server server({first.io.executor(0)}, std::move(options), {}, first.handler, world);
    return server.start();
  };
  const auto taken = start({"127.0.0.1", first.port(), {}, PlainHttp::allowed}).error();
  EXPECT_EQ(taken.code, ErrorCode::unavailable);
  EXPECT_THAT(taken.message, HasSubstr("`ss -tanp | grep :" + std::to_string(first.port()) + "`"));
  EXPECT_EQ(start({"nowhere", 0, {}, PlainHttp::allowed}).error().code, ErrorCode::invalid);
  EXPECT_EQ(start({"127.0.0.1", 0, TlsIdentity{"no", "pem"}, PlainHttp::allowed}).error().code,
            ErrorCode::invalid);
}

std::string run(const std::string& command) {
  std::string output;
  auto* pipe = ::popen(command.c_str(), "r");
  char block[512];
  while (pipe != nullptr && std::fgets(block, sizeof block, pipe) != nullptr) output += block;
  if (pipe != nullptr) ::pclose(pipe);
  return output;
}

TEST(Server, TalksToCurl) {
  if (run("command -v curl").empty()) GTEST_SKIP() << "curl is not installed";
  TestServer server;
  const auto ca = testing::TempDir() + "berth_http_test_ca.pem";
  std::ofstream(ca) << test_authority().certificate_pem;
  const auto port = std::to_string(server.port());
  EXPECT_EQ(
      run("curl -sS --noproxy '*' --cacert " + ca + " -d hello https://localhost:" + port + "/echo 2>&1"),
      "hello");
  EXPECT_EQ(run("curl -sS --noproxy '*' -d hello http://127.0.0.1:" + port + "/echo 2>&1"), "hello");
  EXPECT_THAT(
      run("curl -sS --noproxy '*' --tls-max 1.1 --cacert " + ca + " https://localhost:" + port + "/ 2>&1"),
      StartsWith("curl: (35)"));
  std::remove(ca.c_str());
}

}  // namespace
}  // namespace berth::http::test
