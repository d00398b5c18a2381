#include "base/json.h"

#include <gtest/gtest.h>

namespace berth {
namespace {

// Goal: the writer's text reads back as what was written; the parser names the place of an error.
TEST(JsonWriter, WritesWhatTheParserReads) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  writer.key("text");
  writer.string("a\"b\\c\n\x01 é");
  writer.key("list");
  writer.begin_array();
  writer.integer(-5);
  writer.boolean(true);
  writer.null();
  writer.begin_object();
  writer.end_object();
  writer.real(1.5);
  writer.end_array();
  writer.any_key("k\"");
  writer.string("");
  writer.end_object();
  const auto parsed = parse_json(out);
  ASSERT_TRUE(parsed.ok()) << out;
  const auto& object = parsed->as_object();
  EXPECT_EQ(object.at("text").as_string(), "a\"b\\c\n\x01 é");
  EXPECT_EQ(object.at("list").as_array().size(), 5U);
  EXPECT_EQ(object.at("k\"").as_string(), "");
}

TEST(ParseJson, RefusesWhatIsNotOneDocument) {
  for (const char* text : {"", "{", "{}x", "[1,]", "nul", "{\"a\":}"})
    EXPECT_FALSE(parse_json(text).ok()) << text;
  EXPECT_FALSE(parse_json(std::string(200, '[')).ok());
  EXPECT_TRUE(parse_json(" 12 ").ok());
}

}  // namespace
}  // namespace berth
