// Classification of messages: good ones of both agents, and everything that is not one.
#include "gateway/envelope.h"

#include <gtest/gtest.h>

#include "gateway/acs/ack.h"

namespace berth::gateway {
namespace {

TEST(Envelope, ReadsTypeAndMessage) {
  const auto envelope = parse_envelope(R"({"type":"AckRequest","message":{"messageId":"m"},"more":1})", 1000);
  ASSERT_TRUE(envelope.ok());
  EXPECT_EQ(envelope->type, "AckRequest");
  EXPECT_EQ(acs::parse_acknowledgement(envelope->message)->message_id, "m");
  EXPECT_TRUE(parse_envelope(R"({"type":"X","message":null})", 1000)->message.empty());
  EXPECT_TRUE(parse_envelope(R"({"type":"X"})", 1000)->message.empty());
}

TEST(Envelope, RefusesEverythingElse) {
  for (const char* text :
       {"", " ", "{", "[]", "7", "null", R"({"type":null})", R"({"type":""})", R"({"message":{}})",
        R"({"type":"X","message":[]})", R"({"type":"X","message":"y"})", "{\"type\":\"X\"} {}"}) {
    EXPECT_FALSE(parse_envelope(text, 1000).ok()) << text;
  }
  EXPECT_EQ(parse_envelope(R"({"type":"X"})", 5).error().code, ErrorCode::too_large);
  EXPECT_FALSE(parse_envelope(R"({"type":")" + std::string(200, 'x') + R"("})", 1000).ok());
}

TEST(Envelope, StripsTheHeaderBlockOfTelemetry) {
  EXPECT_EQ(strip_header_block("Host: x\r\nX-Amz-Date: y\r\n\r\n{\"a\":1}"), "{\"a\":1}");
  EXPECT_EQ(strip_header_block("{\"a\":\"\r\n\r\n\"}"), "{\"a\":\"\r\n\r\n\"}");
  EXPECT_EQ(strip_header_block("Host: x"), "Host: x");
  EXPECT_EQ(strip_header_block(""), "");
}

TEST(Envelope, RendersWhatItReads) {
  EXPECT_EQ(render_envelope("A", R"({"b":1})"), R"({"type":"A","message":{"b":1}})");
  EXPECT_EQ(error_message("no \"x\""), R"({"type":"ErrorMessage","message":{"message":"no \"x\""}})");
}

}  // namespace
}  // namespace berth::gateway
