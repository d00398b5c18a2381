#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/sigv4.h"
#include "auth/testing_request.h"

namespace berth::auth {
namespace {

// Goal: each way to be refused, with AWS's code, text and status. A good request is broken in one way at a
// time.
class Refused : public testing::Test {
 protected:
  void SetUp() override {
    request_.body = "{}";
    request_.services = {"ecs"};
    request_.set("Host", "localhost");
    request_.set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters");
    sign("ecs", kSigned);
  }
  void sign(std::string_view service, std::string_view date, std::string_view secret = kTestSecret) {
    const SigningCredentials credentials{std::string(kTestKeyId), std::string(secret), ""};
    const RequestSignature signature =
        sign_request(request_.view(), {credentials, "us-east-1", service, at(date)}, cache_);
    request_.set("X-Amz-Date", signature.date);
    request_.set("Authorization", signature.authorization);
  }
  void replace(std::string_view what, std::string_view with) {
    std::string text = authorization();
    text.replace(text.find(what), what.size(), with);
    request_.set("Authorization", text);
  }
  std::string authorization() {
    const SignedRequest view = request_.view();
    return std::string(find_header(view.headers, "authorization")->value);
  }
  AuthFailure verify(std::string_view now = kSigned, KeyInfo info = test_key()) {
    auto result = verify_request(request_.view(), lookup_of(std::move(info)), at(now), cache_);
    if (std::holds_alternative<Principal>(result)) return {FailureKind::access_denied, "it verified"};
    return std::get<AuthFailure>(result);
  }
  void expect(FailureKind kind, const std::string& message, const AuthFailure& failure) {
    EXPECT_EQ(failure.kind, kind) << failure.message;
    EXPECT_THAT(failure.message, testing::StartsWith(message));
  }
  static constexpr std::string_view kSigned = "20261120T120000Z";
  TestRequest request_;
  SigningKeyCache cache_;
};

TEST_F(Refused, TheUntouchedRequestVerifies) {
  EXPECT_EQ(verify().message, "it verified");
}

TEST_F(Refused, Unsigned) {
  request_.remove("Authorization");
  expect(FailureKind::missing_token, "Missing Authentication Token", verify());
  request_.query = "a=X-Amz-";
  expect(FailureKind::missing_token, "Missing Authentication Token", verify());
}

TEST_F(Refused, Unreadable) {
  const std::string good = authorization();
  for (const char* text :
       {"Basic abc", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256x Credential=", "AWS4-ECDSA-P256-SHA256 a=b"}) {
    request_.set("Authorization", text);
    expect(FailureKind::incomplete_signature, "Authorization header must begin with", verify());
  }
  request_.set("Authorization", "AWS4-HMAC-SHA256 Credential=a, rubbish");
  expect(FailureKind::incomplete_signature, "'rubbish' not a valid key=value pair", verify());
  request_.set("Authorization", "AWS4-HMAC-SHA256 Credential=a");
  expect(FailureKind::incomplete_signature,
         "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' "
         "parameter.",
         verify());
  request_.set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=x");
  expect(FailureKind::incomplete_signature, "Credential must have exactly 5 slash-delimited elements",
         verify());
  request_.set("Authorization", std::string(kAuthorizationBytesMax + 1, 'A'));
  expect(FailureKind::incomplete_signature, "The Authorization header is longer than", verify());
  request_.set("Authorization", good);
  request_.set("X-Amz-Date", "2026-11-20T12:00:00Z");
  expect(FailureKind::incomplete_signature, "Date must be in ISO-8601 'basic format'", verify());
  request_.remove("X-Amz-Date");
  expect(FailureKind::incomplete_signature,
         "Authorization header requires existence of either a 'X-Amz-Date'", verify());
}

TEST_F(Refused, TooManySignedHeaders) {
  std::string many = "SignedHeaders=host";
  for (std::size_t i = 0; i < kSignedHeadersMax; ++i) many += ";h";
  replace("SignedHeaders=host", many);
  expect(FailureKind::incomplete_signature, "SignedHeaders names more than 64 headers.", verify());
}

TEST_F(Refused, UnknownKey) {
  replace("AKIDEXAMPLE", "AKIDNOBODY");
  expect(FailureKind::unknown_key, "The security token included in the request is invalid.", verify());
}

TEST_F(Refused, SessionTokenMissingWrongOrOver) {
  KeyInfo key = test_key();
  key.session_token = "token";
  expect(FailureKind::unknown_key, "The security token included", verify(kSigned, key));
  request_.set("X-Amz-Security-Token", "tokem");
  expect(FailureKind::unknown_key, "The security token included", verify(kSigned, key));
  request_.set("X-Amz-Security-Token", "token");
  key.expires_at = at(kSigned);
  expect(FailureKind::expired_token, "The security token included in the request is expired",
         verify(kSigned, key));
}

TEST_F(Refused, WrongScope) {
  sign("iam", kSigned);
  expect(FailureKind::bad_scope, "Credential should be scoped to correct service: 'ecs'.", verify());
  sign("ecs", kSigned);
  replace("aws4_request", "aws4_requesT");
  expect(FailureKind::bad_scope, "Credential should be scoped with a valid terminator: 'aws4_request'",
         verify());
  sign("ecs", kSigned);
  replace("us-east-1", "US:east");
  expect(FailureKind::bad_scope, "Credential should be scoped to a valid region.", verify());
  sign("ecs", kSigned);
  replace("/20261120/", "/20261119/");
  expect(FailureKind::bad_scope, "Date in Credential scope does not match YYYYMMDD", verify());
}

TEST_F(Refused, StaleAndFuture) {
  EXPECT_EQ(verify("20261120T121500Z").message, "it verified");
  expect(
      FailureKind::stale,
      "Signature expired: 20261120T120000Z is now earlier than 20261120T120001Z (20261120T121501Z - 15 min.)",
      verify("20261120T121501Z"));
  EXPECT_EQ(verify("20261120T114500Z").message, "it verified");
  expect(FailureKind::future,
         "Signature not yet current: 20261120T120000Z is still later than 20261120T115959Z (20261120T114459Z "
         "+ 15 min.)",
         verify("20261120T114459Z"));
}

TEST_F(Refused, WrongSecret) {
  sign("ecs", kSigned, "another secret");
  expect(FailureKind::wrong_signature, "The request signature we calculated does not match", verify());
}

TEST_F(Refused, HostAndTargetMustBeSigned) {
  const std::string good = authorization();
  replace("=host;", "=");
  expect(FailureKind::wrong_signature, "'Host' or ':authority' must be", verify());
  request_.set("Authorization", good);
  replace(";x-amz-target", "");
  expect(FailureKind::wrong_signature, "'X-Amz-Target' must be", verify());
}

TEST_F(Refused, PresignedIncomplete) {
  request_.remove("Authorization");
  request_.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256";
  expect(FailureKind::incomplete_signature, "AWS query-string parameters must include", verify());
  request_.query = "X-Amz-Signature=1";
  expect(FailureKind::incomplete_signature, "X-Amz-Algorithm must be", verify());
  request_.query =
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Date=b&X-Amz-Expires=604801&X-Amz-"
      "SignedHeaders=host"
      "&X-Amz-Signature=1";
  expect(FailureKind::incomplete_signature, "X-Amz-Expires must be between", verify());
}

// Goal: the code and status of each failure in each family.
TEST(RenderAuthFailure, EveryFamily) {
  struct Expected {
    FailureKind kind;
    const char* json;
    const char* query;
    int query_status;
    const char* ec2;
    int ec2_status;
  };
  const Expected table[] = {
      {FailureKind::missing_token, "MissingAuthenticationTokenException", "MissingAuthenticationToken", 403,
       "MissingAuthenticationToken", 403},
      {FailureKind::incomplete_signature, "IncompleteSignatureException", "IncompleteSignature", 400,
       "IncompleteSignature", 400},
      {FailureKind::unknown_key, "UnrecognizedClientException", "InvalidClientTokenId", 403, "AuthFailure",
       401},
      {FailureKind::expired_token, "ExpiredTokenException", "ExpiredToken", 403, "RequestExpired", 400},
      {FailureKind::bad_scope, "InvalidSignatureException", "SignatureDoesNotMatch", 403, "AuthFailure", 401},
      {FailureKind::stale, "InvalidSignatureException", "SignatureDoesNotMatch", 403, "RequestExpired", 400},
      {FailureKind::future, "InvalidSignatureException", "SignatureDoesNotMatch", 403, "RequestExpired", 400},
      {FailureKind::wrong_signature, "InvalidSignatureException", "SignatureDoesNotMatch", 403, "AuthFailure",
       401},
      {FailureKind::access_denied, "AccessDeniedException", "AccessDenied", 403, "UnauthorizedOperation",
       403}};
  for (const Expected& row : table) {
    const AuthFailure failure{row.kind, "text"};
    EXPECT_EQ(render_auth_failure(failure, ErrorFamily::json).code, row.json);
    EXPECT_EQ(render_auth_failure(failure, ErrorFamily::json).status, 400);
    EXPECT_EQ(render_auth_failure(failure, ErrorFamily::json).message, "text");
    EXPECT_EQ(render_auth_failure(failure, ErrorFamily::query).code, row.query);
    EXPECT_EQ(render_auth_failure(failure, ErrorFamily::query).status, row.query_status);
    EXPECT_EQ(render_auth_failure(failure, ErrorFamily::ec2).code, row.ec2);
    EXPECT_EQ(render_auth_failure(failure, ErrorFamily::ec2).status, row.ec2_status);
  }
}

}  // namespace
}  // namespace berth::auth
