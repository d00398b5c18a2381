// Goal: what is written to disk is read back the same, and damage is noticed. Method: made-up events, and
// bytes that are changed one at a time.
#include "journal/segment.h"

#include <gtest/gtest.h>

#include "journal/catalogue_codec.h"
#include "journal/frame_codec.h"
#include "journal/text_filter.h"

namespace berth::journal {
namespace {

std::vector<LogEvent> some_events() {
  return {{{1'000, 7}, 1'010, 3, "first line"},
          {{1'000, 9}, 1'009, 4, std::string("\0\xff binary", 9)},
          {{999'000, 2}, 1'011, 3, ""}};
}

TEST(Segment, ReadsBackWhatWasWritten) {
  const auto events = some_events();
  const auto back = decode_segment(encode_segment(events));
  ASSERT_TRUE(back.ok());
  ASSERT_EQ(back->size(), events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ((*back)[i].position, events[i].position);
    EXPECT_EQ((*back)[i].ingestion_ms, events[i].ingestion_ms);
    EXPECT_EQ((*back)[i].stream, events[i].stream);
    EXPECT_EQ((*back)[i].message, events[i].message);
  }
}

TEST(Segment, GivesNothingWhereATermIsMissing) {
  const auto bytes = encode_segment(some_events());
  EXPECT_EQ(decode_segment(bytes, {.terms = {"first"}})->size(), 3U);
  EXPECT_TRUE(decode_segment(bytes, {.terms = {"first", "absent"}})->empty());
  EXPECT_TRUE(decode_segment(bytes, {.terms = {"zz"}})->empty()) << "shorter than what the filter knows";
}

TEST(Segment, NoticesEveryChangedByte) {
  const auto bytes = encode_segment(some_events());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    EXPECT_FALSE(decode_segment(changed).ok()) << i;
  }
  EXPECT_FALSE(decode_segment(bytes.substr(0, bytes.size() / 2)).ok());
  EXPECT_FALSE(decode_segment("").ok());
}

TEST(TextFilter, HoldsEveryPartOfATextAndFewOthers) {
  TextFilter filter;
  filter.add("GET /index.html 200");
  EXPECT_TRUE(filter.may_hold("index"));
  EXPECT_TRUE(filter.may_hold("l 2"));
  EXPECT_FALSE(filter.may_hold("Exception"));
  EXPECT_TRUE(filter.may_hold("a")) << "too short to be known";
}

TEST(Frames, EndAtTheFirstThatIsTorn) {
  std::string log;
  append_frame(log, PutStream{{"1", "r", "g"}, "s", 5, 1'000});
  const auto whole = log.size();
  append_frame(log, DeleteGroup{{"1", "r", "g"}});
  for (std::size_t length = 0; length <= log.size(); ++length) {
    std::size_t seen = 0;
    read_frames(std::string_view(log).substr(0, length), [&](const Change&, Carried) { ++seen; });
    EXPECT_EQ(seen, length < whole ? 0U : length < log.size() ? 1U : 2U) << length;
  }
}

TEST(Catalogue, ReadsBackWhatWasWrittenAndNoticesDamage) {
  LogState state;
  auto& group = state.groups[{"1", "r", "/a"}];
  group.record.id = 4;
  group.record.retention_days = 7;
  group.record.tags = {{"k", "v"}};
  group.streams["s"].token = "t";
  group.segments.push_back({8, {1, 2}, {3, 4}, 5, 6, 7, {9, 10}});
  state.next_id = 11;
  state.log_number = 12;
  const auto bytes = encode_catalogue(state);
  const auto back = decode_catalogue(bytes);
  ASSERT_TRUE(back.ok());
  const auto& found = back->groups.at({"1", "r", "/a"});
  EXPECT_EQ(found.record.tags, group.record.tags);
  EXPECT_EQ(found.streams.at("s").token, "t");
  EXPECT_EQ(found.segments.at(0).streams, group.segments[0].streams);
  EXPECT_EQ(encode_catalogue(*back), bytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) EXPECT_FALSE(decode_catalogue(bytes.substr(0, i)).ok()) << i;
}

}  // namespace
}  // namespace berth::journal
