#include "base/json.h"

#include <gtest/gtest.h>

namespace berth {
namespace {

// Goal: the writer's text reads back as what was written; the parser names the place of an error.
TEST(JsonWriter, WritesWhatTheParserReads) {
  JsonWriter writer;
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
  const std::string out = writer.take();
  const auto parsed = parse_json(out);
  ASSERT_TRUE(parsed.ok()) << out;
  const auto& object = parsed->as_object();
  EXPECT_EQ(object.at("text").as_string(), "a\"b\\c\n\x01 é");
  EXPECT_EQ(object.at("list").as_array().size(), 5U);
  EXPECT_EQ(object.at("k\"").as_string(), "");
}

// Sixteen bytes are looked at together, or eight: each byte at each place of texts of all such lengths has to
// come out right.
TEST(JsonWriter, EscapesAtEveryPlace) {
  const std::string_view wide = "\xc3\xa4\xe2\x82\xac";
  for (const std::size_t size : {1U, 7U, 8U, 12U, 15U, 16U, 17U, 31U, 32U, 35U}) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 128; ++byte) {
        std::string text(size, 'x');
        if (size > 2 * wide.size())
          text.replace(place < wide.size() ? size - wide.size() : 0, wide.size(), wide);
        text[place] = static_cast<char>(byte);
        JsonWriter writer;
        writer.string(text);
        const auto back = parse_json(writer.take());
        ASSERT_TRUE(back.ok()) << byte << " at " << place << " of " << size;
        EXPECT_EQ(std::string_view(back->get_string()), text) << byte << " at " << place << " of " << size;
      }
    }
  }
}

TEST(JsonWriter, TwoAtOnce) {
  JsonWriter outer;
  outer.begin_array();
  {
    JsonWriter inner;
    inner.string("inner");
    outer.raw(inner.take());
  }
  outer.string("outer");
  outer.end_array();
  EXPECT_EQ(outer.take(), R"(["inner","outer"])");
}

TEST(JsonWriter, WritesKeysOfAnyLength) {
  const std::string longest(100, 'k');
  JsonWriter writer;
  writer.begin_object();
  for (const std::string& name : {std::string("a"), std::string(60, 'b'), std::string(61, 'c'), longest}) {
    writer.key(name);
    writer.integer(1);
  }
  writer.end_object();
  EXPECT_EQ(writer.take(), "{\"a\":1,\"" + std::string(60, 'b') + "\":1,\"" + std::string(61, 'c') +
                               "\":1,\"" + longest + "\":1}");
}

TEST(JsonWriter, OneAfterTheOtherWithTheSameMemory) {
  for (int round = 0; round < 3; ++round) {
    JsonWriter writer;
    writer.begin_array();
    writer.string("a");
    writer.string(std::string(20, '\n'));
    writer.raw("[1]");
    writer.real(0.5);
    writer.end_array();
    std::string escaped;
    for (int i = 0; i < 20; ++i) escaped += "\\n";
    EXPECT_EQ(writer.take(), "[\"a\",\"" + escaped + "\",[1],0.5]") << round;
    EXPECT_EQ(writer.take(), "");
  }
}

TEST(ParseJson, RefusesWhatIsNotOneDocument) {
  for (const char* text : {"", "{", "{}x", "[1,]", "nul", "{\"a\":}"})
    EXPECT_FALSE(parse_json(text).ok()) << text;
  EXPECT_FALSE(parse_json(std::string(200, '[')).ok());
  EXPECT_TRUE(parse_json(" 12 ").ok());
}

}  // namespace
}  // namespace berth
