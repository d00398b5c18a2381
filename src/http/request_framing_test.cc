// Goal: no bytes can be one request to a proxy and another one, or two, to this server: what is ambiguous is
// answered 400 and the connection closed. Method: a table of the known tricks, each followed by a second
// request that must never be answered, and of what only looks like them.
#include "http/request_framing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_support.h"

namespace berth::http::test {
namespace {
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kSecond = "GET /info HTTP/1.1\r\nHost: x\r\n\r\n";

struct Case {
  const char* name;
  std::string request;
};

std::string post_with(const std::string& fields, const std::string& body = {}) {
  return "POST /echo HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
}

const std::string kChunks = "5\r\nhello\r\n0\r\n\r\n";

std::vector<Case> ambiguous_headers() {
  return {
      {"unknown coding", post_with("Transfer-Encoding: xchunked\r\n", kChunks)},
      {"identity", post_with("Transfer-Encoding: identity\r\n", "hello")},
      {"identity last", post_with("Transfer-Encoding: chunked, identity\r\n", kChunks)},
      {"chunked twice", post_with("Transfer-Encoding: chunked, chunked\r\n", kChunks)},
      {"chunked in two fields",
       post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", kChunks)},
      {"gzip before chunked", post_with("Transfer-Encoding: gzip, chunked\r\n", kChunks)},
      {"empty coding", post_with("Transfer-Encoding:\r\n", "hello")},
      {"coding with a parameter", post_with("Transfer-Encoding: chunked;q=1\r\n", kChunks)},
      {"coding in quotes", post_with("Transfer-Encoding: \"chunked\"\r\n", kChunks)},
      {"coding behind a vertical tab", post_with("Transfer-Encoding: \x0b"
                                                 "chunked\r\n",
                                                 kChunks)},
      {"coding and length", post_with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", kChunks)},
      {"length and coding", post_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", kChunks)},
      {"coding in HTTP/1.0",
       "POST /echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + kChunks},
      {"two lengths", post_with("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")},
      {"the same length twice", post_with("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
      {"list of lengths", post_with("Content-Length: 5, 5\r\n", "hello")},
      {"length with a sign", post_with("Content-Length: +5\r\n", "hello")},
      {"negative length", post_with("Content-Length: -5\r\n", "hello")},
      {"hexadecimal length", post_with("Content-Length: 0x5\r\n", "hello")},
      {"length with a fraction", post_with("Content-Length: 5.0\r\n", "hello")},
      {"empty length", post_with("Content-Length:\r\n", "hello")},
      {"length beyond 64 bits", post_with("Content-Length: 18446744073709551621\r\n", "hello")},
      {"two hosts", "GET /info HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"},
      {"the same host twice", "GET /info HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n"},
      {"no host", "GET /info HTTP/1.1\r\nX: y\r\n\r\n"},
      {"hosts in one field", "GET /info HTTP/1.1\r\nHost: x, y\r\n\r\n"},
      {"host with a path", "GET /info HTTP/1.1\r\nHost: x/y\r\n\r\n"},
      {"host with a user", "GET /info HTTP/1.1\r\nHost: a@b\r\n\r\n"},
      {"folded line", post_with("X: a\r\n b\r\nContent-Length: 5\r\n", "hello")},
      {"folded coding", post_with("Transfer-Encoding:\r\n chunked\r\n", kChunks)},
      {"folded first line", "GET /info HTTP/1.1\r\n X: y\r\nHost: x\r\n\r\n"},
      {"space before the colon", post_with("Content-Length : 5\r\n", "hello")},
      {"tab before the colon", post_with("Transfer-Encoding\t: chunked\r\n", kChunks)},
      {"line without a colon", post_with("Content-Length 5\r\n", "hello")},
      {"field without a name", post_with(": 5\r\n")},
      {"bare LF between lines", "POST /echo HTTP/1.1\r\nHost: x\nContent-Length: 5\r\n\r\nhello"},
      {"bare LF at the end", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\n\nhello\r\n\r\n"},
      {"bare CR in a value", post_with("X: a\rContent-Length: 5\r\n", "hello")},
      {"NUL in a value", post_with(std::string("X: a\0b\r\n", 8))},
  };
}

std::vector<Case> ambiguous_chunks() {
  const auto chunked = [](const std::string& body) {
    return post_with("Transfer-Encoding: chunked\r\n", body);
  };
  return {
      {"bare LF behind the size", chunked("5\nhello\r\n0\r\n\r\n")},
      {"bare LF behind the data", chunked("5\r\nhello\n0\r\n\r\n")},
      {"bare CR behind the size", chunked("5\rhello\r\n0\r\n\r\n")},
      {"size with a prefix", chunked("0x5\r\nhello\r\n0\r\n\r\n")},
      {"size with a sign", chunked("+5\r\nhello\r\n0\r\n\r\n")},
      {"negative size", chunked("-5\r\nhello\r\n0\r\n\r\n")},
      {"size behind a space", chunked(" 5\r\nhello\r\n0\r\n\r\n")},
      {"no size", chunked("\r\nhello\r\n0\r\n\r\n")},
      {"size beyond 64 bits", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n")},
      {"more data than its size", chunked("4\r\nhello\r\n0\r\n\r\n")},
      {"bare LF in an extension", chunked("5;a=\nb\r\nhello\r\n0\r\n\r\n")},
  };
}

void expect_refused(const Case& one) {
  TestServer server;
  RawClient client(server.port());
  client.send(one.request + kSecond);
  const auto answer = client.read_to_end();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << one.name;
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n")) << one.name;
  EXPECT_THAT(answer, Not(HasSubstr("HTTP/1.1 200"))) << one.name;
  EXPECT_EQ(server.server->stats().requests, 0U) << one.name;
}

TEST(RequestFraming, AmbiguousHeadersAreRefusedAndTheConnectionClosed) {
  for (const auto& one : ambiguous_headers()) expect_refused(one);
}

TEST(RequestFraming, AmbiguousChunksAreRefusedAndTheConnectionClosed) {
  for (const auto& one : ambiguous_chunks()) expect_refused(one);
}

TEST(RequestFraming, WhatOnlyLooksAmbiguousPasses) {
  const std::vector<Case> cases = {
      {"capitals", post_with("TRANSFER-ENCODING: Chunked\r\n", kChunks)},
      {"space around a coding", post_with("Transfer-Encoding: \t chunked \t\r\n", kChunks)},
      {"space around a length", post_with("Content-Length:   5  \r\n", "hello")},
      {"leading zeros", post_with("Content-Length: 0005\r\n", "hello")},
      {"extension", post_with("Transfer-Encoding: chunked\r\n", "5;name=value\r\nhello\r\n0\r\n\r\n")},
      {"hosts of all kinds", "POST /echo HTTP/1.1\r\nHost: [::1]:5167\r\nContent-Length: 5\r\n\r\nhello"},
      {"no host in HTTP/1.0",
       "POST /echo HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello"},
      {"an empty host", "POST /echo HTTP/1.1\r\nHost:\r\nContent-Length: 5\r\n\r\nhello"},
      {"an empty line before", "\r\n" + post_with("Content-Length: 5\r\n", "hello")},
  };
  for (const auto& [name, request] : cases) {
    TestServer server;
    RawClient client(server.port());
    client.send(request);
    EXPECT_THAT(client.read_response(), EndsWith("\r\n\r\nhello")) << name;
    client.send(kSecond);
    EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 200 ")) << name;
  }
}

TEST(RequestFraming, FieldsBehindABodyAreNotTakenForTheHeader) {
  TestServer server;
  RawClient client(server.port());
  client.send(post_with("Transfer-Encoding: chunked\r\n",
                        "5\r\nhello\r\n0\r\nHost: evil\r\nUpgrade: websocket\r\nContent-Type: x\r\n\r\n"));
  EXPECT_THAT(client.read_response(), EndsWith("\r\n\r\nhello"));
  client.send(kSecond);
  EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 200 "));
}

TEST(RequestFraming, FaultsAreNamed) {
  const std::vector<runtime::Header> fields = {{"Host", "x"}, {"Content-Length", "+5"}};
  EXPECT_EQ(find_framing_fault("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\n", fields, 11),
            "Content-Length is no number");
}

}  // namespace
}  // namespace berth::http::test
