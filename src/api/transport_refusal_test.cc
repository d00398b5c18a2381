// Goal: what the transport refuses reads like an answer of the API that was asked. Method: headers of each
// protocol, without bodies.
#include "api/transport_refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::api {
namespace {
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kAuthorization =
    "AWS4-HMAC-SHA256 Credential=AK/20261130/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0";

runtime::HttpResponse refuse(std::vector<runtime::Header> headers, int status) {
  return render_transport_refusal({"POST", "/", std::move(headers), {}}, status, "too much", "id-1");
}

TEST(TransportRefusal, InJsonForJsonClients) {
  const auto response = refuse({{"X-Amz-Target", "AmazonEC2ContainerServiceV20141113.RunTask"},
                                {"Content-Type", "application/x-amz-json-1.1"}},
                               503);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(runtime::find_header(response.headers, "Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(runtime::find_header(response.headers, "x-amzn-RequestId"), "id-1");
  EXPECT_THAT(response.body, HasSubstr(R"("__type":"ServiceUnavailableException")"));
  EXPECT_THAT(response.body, HasSubstr("too much"));
}

TEST(TransportRefusal, InXmlForForms) {
  const auto response =
      refuse({{"Authorization", kAuthorization}, {"Content-Type", "application/x-www-form-urlencoded"}}, 413);
  EXPECT_EQ(response.status, 413);
  EXPECT_THAT(response.body, HasSubstr("<Code>RequestEntityTooLargeException</Code>"));
}

TEST(TransportRefusal, InPlainTextForEverybodyElse) {
  const auto response = refuse({{"User-Agent", "curl"}}, 400);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, "too much\n");
}

}  // namespace
}  // namespace berth::api
