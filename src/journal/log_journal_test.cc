// Goal: events are read back in order, by stream, time and page, wherever they lie. Method: a journal on a
// simulated disk, with limits so small that a few events make segments.
#include "journal/log_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/testing.h"

namespace berth::journal {
namespace {

using ::testing::ElementsAre;
using testing::JournalWorld;
using testing::kGroup;

TEST(LogJournal, RefusesWhatIsNotThereAndWhatIsThereAlready) {
  JournalWorld world;
  EXPECT_EQ(world.append("s", {{1, "x"}}).error().code, ErrorCode::not_found);
  EXPECT_EQ(world.create_stream("s").error().code, ErrorCode::not_found);
  EXPECT_EQ(world.read({}).error().code, ErrorCode::not_found);
  ASSERT_TRUE(world.create_group().ok());
  ASSERT_TRUE(world.create_stream("s").ok());
  EXPECT_EQ(world.create_stream("s").error().code, ErrorCode::conflict);
  EXPECT_EQ(world.append("other", {{1, "x"}}).error().code, ErrorCode::not_found);
  EXPECT_EQ(world.run(world.journal().delete_stream(kGroup, "other")).error().code, ErrorCode::not_found);
}

TEST(LogJournal, OrdersByTimeThenByArrival) {
  JournalWorld world;
  ASSERT_TRUE(world.create_group().ok());
  ASSERT_TRUE(world.create_stream("a").ok());
  ASSERT_TRUE(world.create_stream("b").ok());
  ASSERT_TRUE(world.append("a", {{5, "a5"}, {7, "a7"}}).ok());
  ASSERT_TRUE(world.append("b", {{3, "b3"}, {5, "b5"}}).ok());
  EXPECT_THAT(world.all(), ElementsAre("3 b3", "5 a5", "5 b5", "7 a7"));
  LogQuery backward;
  backward.direction = LogQuery::Direction::backward;
  backward.limit = 3;
  EXPECT_THAT(world.all(backward), ElementsAre("7 a7", "5 b5", "5 a5", "3 b3"));
  LogQuery one;
  one.streams = {"b"};
  one.from_ms = 4;
  EXPECT_THAT(world.all(one), ElementsAre("5 b5"));
}

TEST(LogJournal, PagesGiveEveryEventOnceWhereverItLies) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    JournalWorld world(seed, testing::small_limits());
    Prng prng(seed);
    ASSERT_TRUE(world.create_group().ok());
    for (const char* stream : {"a", "b"}) ASSERT_TRUE(world.create_stream(stream).ok());
    std::vector<std::string> expected;
    for (int batch = 0; batch < 60; ++batch) {
      std::vector<NewLogEvent> events;
      const auto time = static_cast<std::int64_t>(prng.below(50)) * 100 + batch;
      for (int i = 0; i < 3; ++i) {
        events.push_back({time + i, fmt::format("{:>40}", batch * 3 + i)});
        expected.push_back(fmt::format("{} {:>40}", time + i, batch * 3 + i));
      }
      ASSERT_TRUE(world.append(batch % 2 == 0 ? "a" : "b", events).ok());
    }
    EXPECT_GT(world.journal().figures().segments, 1U);
    LogQuery query;
    query.limit = 7;
    auto forward = world.all(query);
    query.direction = LogQuery::Direction::backward;
    auto backward = world.all(query);
    std::reverse(backward.begin(), backward.end());
    EXPECT_EQ(forward, backward);
    EXPECT_TRUE(std::is_sorted(forward.begin(), forward.end(),
                               [](const auto& a, const auto& b) { return std::stoll(a) < std::stoll(b); }));
    std::sort(forward.begin(), forward.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(forward, expected);
  }
}

TEST(LogJournal, ARepeatedBatchIsWrittenOnce) {
  JournalWorld world;
  ASSERT_TRUE(world.create_group().ok());
  ASSERT_TRUE(world.create_stream("s").ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.append("s", {{1, "x"}}, "token").ok());
  ASSERT_TRUE(world.append("s", {{2, "y"}}, "token").ok()) << "the same token, other events";
  ASSERT_TRUE(world.append("s", {{1, "x"}}).ok());
  EXPECT_THAT(world.all(), ElementsAre("1 x", "1 x", "2 y"));
}

TEST(LogJournal, WhatIsMadeAgainBeginsEmpty) {
  JournalWorld world(1, testing::small_limits());
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(world.create_group().ok());
    ASSERT_TRUE(world.create_stream("s").ok());
    EXPECT_TRUE(world.all().empty());
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(world.append("s", {{i, std::string(50, 'x')}}).ok());
    EXPECT_EQ(world.all().size(), 100U);
    ASSERT_TRUE(world.run(world.journal().delete_stream(kGroup, "s")).ok());
    ASSERT_TRUE(world.create_stream("s").ok());
    EXPECT_TRUE(world.all().empty());
    ASSERT_TRUE(world.run(world.journal().delete_group(kGroup)).ok());
  }
}

TEST(LogJournal, OldEventsGoByRetentionAndByTheBounds) {
  auto limits = testing::small_limits();
  limits.disk_bytes_max = 20'000;
  JournalWorld world(1, limits);
  ASSERT_TRUE(world.create_group({"1", "r", "short"}, {.retention_days = 1}).ok());
  ASSERT_TRUE(world.create_group({"1", "r", "small"}, {.bytes_max = 3'000}).ok());
  ASSERT_TRUE(world.create_group({"1", "r", "other"}).ok());
  const auto now = world.node().runtime().clock().wall().ms;
  Prng prng(1);
  for (const char* name : {"short", "small", "other"}) {
    const GroupKey group{"1", "r", name};
    ASSERT_TRUE(world.create_stream("s", group).ok());
    for (int i = 0; i < 200; ++i) {
      std::string noise;
      for (int k = 0; k < 100; ++k) noise.push_back(static_cast<char>(prng.below(256)));
      ASSERT_TRUE(world.append("s", {{now - 3 * 86'400'000LL + i, noise}}, "", group).ok());
    }
  }
  const auto bytes = [&](const char* name) {
    return world.journal().find_group({"1", "r", name})->stored_bytes;
  };
  EXPECT_LT(bytes("short"), 5'000U) << "but for what was sealed last";
  EXPECT_LT(bytes("small"), 8'000U);
  EXPECT_GT(bytes("other"), 10'000U);
  EXPECT_LT(world.journal().figures().disk_bytes, 25'000U);
  EXPECT_GT(world.journal().figures().dropped_bytes, 0U);
}

}  // namespace
}  // namespace berth::journal
