#include "wire/errors.h"

#include <gtest/gtest.h>

namespace berth::wire {
namespace {

RequestIdentity identity_of(Protocol protocol, std::string service) {
  RequestIdentity identity;
  identity.protocol = protocol;
  identity.service = std::move(service);
  return identity;
}

std::string header(const RenderedAnswer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers)
    if (key == name) return value;
  return "none";
}

ApiError cluster_not_found_error() {
  return {.code = "ClusterNotFoundException", .message = "Cluster not found."};
}
ApiError conflict_error() {
  ApiError error{.code = "ConflictException", .message = "token \"t\" is taken"};
  error.members["resourceIds"] = JsonArray{"arn:1", "arn:2"};
  return error;
}
ApiError denied_error(std::string message) {
  return {.code = "AccessDeniedException", .message = std::move(message), .query_code = "AccessDenied"};
}
ApiError client_error(std::string message) {
  return {.code = "ClientException", .message = std::move(message)};
}

// Goal: one error, byte for byte, in each protocol.
TEST(RenderError, Json11) {
  const auto answer = render_error(cluster_not_found_error(), identity_of(Protocol::json11, "ecs"), "id");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.content_type, "application/x-amz-json-1.1");
  EXPECT_EQ(answer.body, R"({"__type":"ClusterNotFoundException","message":"Cluster not found."})");
  EXPECT_EQ(header(answer, "x-amzn-errortype"), "ClusterNotFoundException");
  EXPECT_EQ(header(answer, "x-amzn-query-error"), "none");
}

TEST(RenderError, JsonCarriesTheShapesOtherMembers) {
  const auto answer = render_error(conflict_error(), identity_of(Protocol::unknown, ""), "id");
  EXPECT_EQ(
      answer.body,
      R"({"__type":"ConflictException","message":"token \"t\" is taken","resourceIds":["arn:1","arn:2"]})");
}

TEST(RenderError, QueryCompatibleJson) {
  const auto answer = render_error(throttling(), identity_of(Protocol::json10, "cloudwatch"), "id");
  EXPECT_EQ(answer.content_type, "application/x-amz-json-1.0");
  EXPECT_EQ(header(answer, "x-amzn-query-error"), "Throttling;Sender");
}

TEST(RenderError, Query) {
  const auto answer =
      render_error(denied_error("no <way> & no"), identity_of(Protocol::query, "sts"), "id-1");
  EXPECT_EQ(answer.content_type, "text/xml");
  EXPECT_EQ(
      answer.body,
      "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"
      "<Code>AccessDenied</Code><Message>no &lt;way&gt; &amp; no</Message></Error><RequestId>id-1</RequestId>"
      "</ErrorResponse>");
  const auto ours = render_error(ApiError{.code = "ServerException", .message = "x", .status = 500},
                                 identity_of(Protocol::query, "unheard-of"), "id");
  EXPECT_EQ(ours.status, 500);
  EXPECT_NE(ours.body.find("<ErrorResponse><Error><Type>Receiver</Type>"), std::string::npos);
}

TEST(RenderError, Ec2) {
  const auto answer = render_error(unknown_operation(), identity_of(Protocol::ec2_query, "ec2"), "id-1");
  EXPECT_EQ(answer.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>InvalidAction</Code>"
            "<Message>The requested operation is not known to this service.</Message></Error></Errors>"
            "<RequestID>id-1</RequestID></Response>");
}

TEST(RenderError, CborIsAMapOfTwoTexts) {
  const auto answer =
      render_error(client_error(std::string(30, 'm')), identity_of(Protocol::cbor, "cloudwatch"), "id");
  EXPECT_EQ(answer.content_type, "application/cbor");
  EXPECT_EQ(header(answer, "smithy-protocol"), "rpc-v2-cbor");
  EXPECT_EQ(answer.body,
            "\xa2\x66__type\x6f"
            "ClientException\x67message\x78\x1e" +
                std::string(30, 'm'));
}

TEST(RenderError, AMessageThatNamesALongValueLosesItsMiddle) {
  const ApiError error = client_error("Unknown '" + std::string(1U << 20, 'x') + "', use another one.");
  for (const auto protocol : {Protocol::json11, Protocol::query, Protocol::ec2_query, Protocol::cbor}) {
    RequestIdentity identity;
    identity.protocol = protocol;
    const auto answer = render_error(error, identity, "id");
    EXPECT_LT(answer.body.size(), kErrorMessageBytesMax + 512);
    EXPECT_NE(answer.body.find("Unknown "), std::string::npos);
    EXPECT_NE(answer.body.find("use another one."), std::string::npos);
  }
}

}  // namespace
}  // namespace berth::wire
