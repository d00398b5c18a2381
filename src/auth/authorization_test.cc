#include "auth/authorization.h"

#include <gtest/gtest.h>

namespace berth::auth {
namespace {

// Goal: the header is read in every spacing and order that clients use. Each form must give the same parts.
TEST(ParseAuthorization, AnySpacingAndOrder) {
  const char* forms[] = {
      "AWS4-HMAC-SHA256 Credential=K/20261120/us-east-1/ecs/aws4_request, SignedHeaders=host;x-amz-date, "
      "Signature=ab",
      "AWS4-HMAC-SHA256 "
      "Credential=K/20261120/us-east-1/ecs/aws4_request,SignedHeaders=host;x-amz-date,Signature=ab",
      " AWS4-HMAC-SHA256  Signature=ab ,  SignedHeaders=host;x-amz-date "
      "Credential=K/20261120/us-east-1/ecs/aws4_request ",
      "AWS4-HMAC-SHA256 Extra=1, "
      "Credential=K/20261120/us-east-1/ecs/aws4_request\t,\tSignedHeaders=host;x-amz-date,,"
      "Signature=ab,"};
  for (const char* form : forms) {
    const HeaderView headers[] = {
        {"AUTHORIZATION", form}, {"x-AMZ-date", " 20261120T235959Z"}, {"Date", "ignored"}};
    SignedRequest request;
    request.headers = headers;
    Authorization out;
    const auto failure = parse_authorization(request, out);
    ASSERT_FALSE(failure) << failure->message << " in " << form;
    EXPECT_EQ(out.access_key_id, "K");
    EXPECT_EQ(out.scope.date, "20261120");
    EXPECT_EQ(out.scope.region, "us-east-1");
    EXPECT_EQ(out.scope.service, "ecs");
    EXPECT_EQ(out.signed_headers, "host;x-amz-date");
    EXPECT_EQ(out.signature, "ab");
    EXPECT_EQ(out.date, "20261120T235959Z");
    EXPECT_FALSE(out.presigned);
  }
}

TEST(ParseAuthorization, DateHeaderServesWhenThereIsNoOther) {
  const HeaderView headers[] = {
      {"Authorization",
       "AWS4-HMAC-SHA256 Credential=K/20261120/r/ecs/aws4_request, SignedHeaders=host, Signature=ab"},
      {"Date", "20261120T000000Z"}};
  SignedRequest request;
  request.headers = headers;
  Authorization out;
  ASSERT_FALSE(parse_authorization(request, out));
  EXPECT_EQ(out.date, "20261120T000000Z");
}

TEST(ParseBasicIso8601, IsTheInverseOfRendering) {
  EXPECT_EQ(parse_basic_iso8601("19700101T000000Z")->ms, 0);
  EXPECT_EQ(parse_basic_iso8601("20150830T123600Z")->ms, 1440938160000);
  for (const char* text : {"20240229T235959Z", "20000101T000001Z", "20991231T120000Z"})
    EXPECT_EQ(render_basic_iso8601(*parse_basic_iso8601(text)), text);
}

TEST(ParseBasicIso8601, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "20150830", "20150830T123600", "20150830 123600Z", "20151330T123600Z", "20150230T123600Z",
        "20150830T243600Z", "20150830T126000Z", "2015083xT123600Z", "20150830T1236000"})
    EXPECT_FALSE(parse_basic_iso8601(text)) << text;
}

}  // namespace
}  // namespace berth::auth
