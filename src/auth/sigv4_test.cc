#include "auth/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/canonical.h"
#include "auth/testing_request.h"
#include "base/encoding.h"

namespace berth::auth {
namespace {

constexpr const char* kNow = "20261120T120000Z";
constexpr const char* kTarget = "AmazonEC2ContainerServiceV20141113.";

std::string authorization(const std::string& service, const std::string& headers,
                          const std::string& signature, const std::string& date = "20261120",
                          const std::string& region = "us-west-2") {
  return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" + date + "/" + region + "/" + service +
         "/aws4_request, SignedHeaders=" + headers + ", Signature=" + signature;
}

// Goal: AWS's published examples verify, and each of their intermediate values is ours.
TEST(SigV4Published, IamListUsers) {
  TestRequest request;
  request.method = "GET";
  request.query = "Action=ListUsers&Version=2010-05-08";
  request.set("Host", "iam.amazonaws.com");
  request.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.set("X-Amz-Date", "20150830T123600Z");
  const char* signed_headers = "content-type;host;x-amz-date";
  std::string canonical;
  append_canonical_request(canonical, request.view(), "iam", signed_headers);
  EXPECT_EQ(encode_hex(bytes_of(sha256(canonical))),
            "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
  EXPECT_EQ(encode_hex(bytes_of(derive_signing_key(kTestSecret, {"20150830", "us-east-1", "iam"}))),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
  request.set(
      "Authorization",
      authorization("iam", signed_headers, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
                    "20150830", "us-east-1"));
  EXPECT_EQ(verify_message(request, "20150830T123700Z"), "");
}

TEST(SigV4Published, Suite) {
  TestRequest get;
  get.method = "GET";
  get.set("Host", "example.amazonaws.com");
  get.set("X-Amz-Date", "20150830T123600Z");
  TestRequest sorted = get;
  sorted.query = "Param2=value2&Param1=value1";
  TestRequest post = get;
  post.method = "POST";
  const std::pair<TestRequest, const char*> cases[] = {
      {get, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {sorted, "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {post, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"}};
  for (auto [request, signature] : cases) {
    request.set("Authorization",
                authorization("service", "host;x-amz-date", signature, "20150830", "us-east-1"));
    EXPECT_EQ(verify_message(request, "20150830T123600Z"), "") << request.method << request.query;
  }
}

// Goal: the header sets of real clients verify. The signatures were made by an independent program (Python's
// hmac).
TestRequest ecs_request(const std::string& operation, const std::string& body) {
  TestRequest request;
  request.body = body;
  request.set("Host", "127.0.0.1:51670");
  request.set("Content-Type", "application/x-amz-json-1.1");
  request.set("Content-Length", std::to_string(body.size()));
  request.set("X-Amz-Date", kNow);
  request.set("X-Amz-Target", kTarget + operation);
  return request;
}

TEST(SigV4Clients, AgentOf2015SignsThreeHeaders) {
  TestRequest request = ecs_request("DiscoverPollEndpoint", R"({"cluster":"default"})");
  request.set("User-Agent", "Amazon ECS Agent - v1.4.0 (*UNKNOWN) (+http://aws.amazon.com/ecs/)");
  request.set("X-Amz-Content-Sha256", "sent but not signed");
  request.set("Authorization",
              authorization("ecs", "host;x-amz-date;x-amz-target",
                            "842ddf34c562b88ef671a39737b97de21ea29811aa0f7a07dc0eaa45f9aae51b"));
  EXPECT_EQ(verify_message(request, kNow), "");
}

TEST(SigV4Clients, AgentOf2024SignsFiveHeaders) {
  TestRequest request = ecs_request("DiscoverPollEndpoint", R"({"cluster":"default"})");
  request.set("Authorization",
              authorization("ecs", "content-length;content-type;host;x-amz-date;x-amz-target",
                            "e1cb18fc1594401a8b11192891ed3c6a631e147d991a3aac113583d1b16d3bd0"));
  EXPECT_EQ(verify_message(request, kNow), "");
}

TEST(SigV4Clients, CommandLine) {
  TestRequest request = ecs_request("ListClusters", "{}");
  request.set("Authorization",
              authorization("ecs", "content-type;host;x-amz-date;x-amz-target",
                            "d3dd5bd5ac17e338823b593ace188d9684a174f572e7ce08b62adc92510ba288"));
  EXPECT_EQ(verify_message(request, kNow), "");
}

TEST(SigV4Clients, QueryService) {
  TestRequest request = ecs_request("", "Action=GetCallerIdentity&Version=2011-06-15");
  request.remove("X-Amz-Target");
  request.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.set("Authorization",
              authorization("sts", "content-type;host;x-amz-date",
                            "9fcb369cb36e59ae06c25c8be099aaab4214daf30f1c5505ccbd8f1f2e016395"));
  EXPECT_EQ(verify_message(request, kNow), "");
}

// '+' on the URL means a space and %2B a plus; the canonical form has %20 and %2B.
TestRequest websocket_request() {
  TestRequest request;
  request.method = "GET";
  request.path = "/acs/ws";
  request.query =
      "agentHash=*c763e4dc&agentVersion=1.83.0&clusterArn=my%2Bcluster&containerInstanceArn=arn%3Aaws%3Aecs%"
      "3Aus-west-2"
      "%3A123456789012%3Acontainer-instance%2Fdefault%2Fabc&dockerVersion=DockerVersion%3A+20.10.24&seqNum=1";
  request.set("Host", "127.0.0.1:51670");
  request.set("Upgrade", "websocket");
  request.set("Connection", "Upgrade");
  request.set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  request.set("X-Amz-Date", kNow);
  return request;
}

TEST(SigV4Clients, AgentWebsocket) {
  TestRequest request = websocket_request();
  request.set("Authorization",
              authorization("ecs", "host;x-amz-date",
                            "b46042fb47afdd51291b134ab559d6356b3679855a1dc3c10a515300a7f8bf15"));
  EXPECT_EQ(verify_message(request, kNow), "");
  request.query += "1";
  EXPECT_NE(verify_message(request, kNow), "");
}

TEST(SigV4Clients, AgentWebsocketWithSessionToken) {
  TestRequest request = websocket_request();
  request.set("X-Amz-Security-Token", "TOKEN/+=");
  request.set("Authorization",
              authorization("ecs", "host;x-amz-date;x-amz-security-token",
                            "fe3b8b6743811400841d66d88861b6c7e707e7cc124c799e6ae0ba649402a231"));
  KeyInfo key = test_key();
  key.session_token = "TOKEN/+=";
  EXPECT_EQ(verify_message(request, kNow, key), "");
}

TEST(SigV4Clients, Presigned) {
  TestRequest request;
  request.method = "GET";
  request.set("Host", "127.0.0.1:51670");
  request.query =
      "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
      "AKIDEXAMPLE%2F"
      "20261120%2Fus-west-2%2Fsts%2Faws4_request&X-Amz-Date=20261120T120000Z&X-Amz-Expires=60&X-Amz-"
      "SignedHeaders=host"
      "&X-Amz-Signature=36f04e91f7caebb532f6cd8f791356c6c8c6de568c878058f246512003bd551f";
  EXPECT_EQ(verify_message(request, "20261120T120059Z"), "");
  EXPECT_NE(verify_message(request, "20261120T120101Z"), "") << "X-Amz-Expires is 60 s";
}

// Goal: what we sign we verify, and every signed part counts. Each part is changed in turn.
TestRequest sign(TestRequest request, const SigningCredentials& credentials) {
  SigningKeyCache cache;
  const RequestSignature signature =
      sign_request(request.view(), {credentials, "eu-central-1", "ecs", at(kNow)}, cache);
  request.set("X-Amz-Date", signature.date);
  if (!signature.session_token.empty()) request.set("X-Amz-Security-Token", signature.session_token);
  request.set("Authorization", signature.authorization);
  return request;
}

TEST(SignRequest, RoundTripAndPrincipal) {
  TestRequest request =
      sign(ecs_request("ListTasks", "{}"), {std::string(kTestKeyId), std::string(kTestSecret), ""});
  request.services = {"ecs"};
  SigningKeyCache cache;
  for (int round = 0; round < 2; ++round) {  // The second finds the signing key in the cache.
    const auto result = verify_request(request.view(), lookup_of(test_key()), at(kNow), cache);
    ASSERT_TRUE(std::holds_alternative<Principal>(result)) << std::get<AuthFailure>(result).message;
    EXPECT_EQ(std::get<Principal>(result),
              (Principal{"123456789012", "AKIDEXAMPLE", "arn:aws:iam::123456789012:root", "123456789012",
                         "eu-central-1", "ecs"}));
  }
}

TEST(SignRequest, EverySignedPartCounts) {
  const TestRequest good =
      sign(ecs_request("ListTasks", "{}"), {std::string(kTestKeyId), std::string(kTestSecret), ""});
  const std::pair<const char*, void (*)(TestRequest&)> changes[] = {
      {"method", [](TestRequest& r) { r.method = "PUT"; }},
      {"path", [](TestRequest& r) { r.path = "/x"; }},
      {"query", [](TestRequest& r) { r.query = "a=b"; }},
      {"body", [](TestRequest& r) { r.body = "{ }"; }},
      {"host", [](TestRequest& r) { r.set("Host", "127.0.0.1:51671"); }},
      {"target",
       [](TestRequest& r) { r.set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.StopTask"); }},
      {"date", [](TestRequest& r) { r.set("X-Amz-Date", "20261120T120001Z"); }}};
  for (const auto& [what, change] : changes) {
    TestRequest request = good;
    change(request);
    EXPECT_THAT(verify_message(request, kNow), testing::StartsWith("The request signature we calculated"))
        << what;
  }
  TestRequest spaced = good;
  spaced.set("User-Agent", "unsigned");
  spaced.set("Content-Type", "  application/x-amz-json-1.1 ");
  EXPECT_EQ(verify_message(spaced, kNow), "") << "unsigned headers and blanks around values do not count";
}

TEST(SignRequest, SessionTokenIsSigned) {
  TestRequest request = sign(ecs_request("ListTasks", "{}"),
                             {std::string(kTestKeyId), std::string(kTestSecret), "a/session+token="});
  KeyInfo key = test_key();
  key.session_token = "a/session+token=";
  EXPECT_EQ(verify_message(request, kNow, key), "");
  EXPECT_EQ(verify_message(request, kNow), "The security token included in the request is invalid.");
}

TEST(SignRequest, OddPathsAndQueriesRoundTrip) {
  for (const char* path : {"", "/", "//", "/a/./b/../c/", "/a%20b/c", "/..", "/a b", "/%zz", "relative"}) {
    for (const char* query : {"", "&&", "b=2&a=1&a=0", "a", "a=%zz", "x=%C3%A9+y&x=%2B", "=v"}) {
      TestRequest request = ecs_request("ListTasks", "{}");
      request.path = path;
      request.query = query;
      request = sign(request, {std::string(kTestKeyId), std::string(kTestSecret), ""});
      EXPECT_EQ(verify_message(request, kNow), "") << path << '?' << query;
    }
  }
}

TEST(Canonical, Paths) {
  const std::pair<const char*, const char*> cases[] = {{"", "/"},
                                                       {"/", "/"},
                                                       {"//", "/"},
                                                       {"/./", "/"},
                                                       {"/a/..", "/"},
                                                       {"/a/../", "/"},
                                                       {"/a//b", "/a/b"},
                                                       {"/ws", "/ws"},
                                                       {"/a b", "/a%20b"},
                                                       {"/a%20b", "/a%2520b"},
                                                       {"/./a/b/../c/", "/a/c/"}};
  for (const auto& [raw, expected] : cases) {
    std::string out;
    append_canonical_path(out, raw, "ecs");
    EXPECT_EQ(out, expected) << raw;
  }
}

TEST(Canonical, HeadersAreFoldedAndJoined) {
  const HeaderView headers[] = {{"My-Header", "  a   b\tc "}, {"other", "x"}, {"MY-HEADER", "d"}};
  std::string out;
  append_canonical_headers(out, headers, "absent;my-header");
  EXPECT_EQ(out, "absent:\nmy-header:a b c,d\n");
}

TEST(SigningKeyCache, AnotherSecretOrScopeIsAnotherKey) {
  SigningKeyCache cache;
  const CredentialScope scope{"20150830", "us-east-1", "iam"};
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(cache.get("one", scope), derive_signing_key("one", scope));
    EXPECT_EQ(cache.get("two", scope), derive_signing_key("two", scope));
    EXPECT_EQ(cache.get("one", {"20150831", "us-east-1", "iam"}),
              derive_signing_key("one", {"20150831", "us-east-1", "iam"}));
  }
  EXPECT_NE(cache.get("one", scope), cache.get("two", scope));
}

}  // namespace
}  // namespace berth::auth
