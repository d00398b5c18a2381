// Goal: what was acknowledged is there after any crash, once and in order. Method: writers on a simulated
// disk that fails by seed, and a process that is killed at any moment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "journal/testing.h"

namespace berth::journal {
namespace {

using ::testing::ElementsAre;
using testing::JournalWorld;
using testing::kGroup;

TEST(LogRecovery, GroupsStreamsAndEventsComeBack) {
  JournalWorld world;
  ASSERT_TRUE(world.create_group(kGroup, {.retention_days = 7, .tags = {{"k", "v"}}}).ok());
  ASSERT_TRUE(world.create_stream("s").ok());
  ASSERT_TRUE(world.append("s", {{1, "one"}}).ok());
  world.crash();
  EXPECT_EQ(world.journal().find_group(kGroup)->record.retention_days, 7);
  EXPECT_EQ(world.journal().find_group(kGroup)->record.tags.at("k"), "v");
  ASSERT_TRUE(world.append("s", {{2, "two"}}).ok());
  world.crash();
  world.crash();
  EXPECT_THAT(world.all(), ElementsAre("1 one", "2 two"));
}

// Appends until told to stop, again where the outcome is unknown, and notes what was acknowledged.
Async<void> write_lines(JournalWorld& world, std::string stream, std::set<std::string>& acknowledged,
                        int& next) {
  for (;;) {
    const auto line = fmt::format("{}/{}", stream, next);
    AppendRequest request{kGroup, stream, line, {{next, line + std::string(60, '.')}}};
    const auto appended = co_await world.journal().append(std::move(request));
    if (!appended) {
      co_await world.node().runtime().sleep(std::chrono::milliseconds(1));
      continue;
    }
    acknowledged.insert(line + std::string(60, '.'));
    ++next;
    co_await world.node().runtime().sleep(std::chrono::microseconds(200));
  }
}

TEST(LogRecovery, EveryAcknowledgedLineIsThereOnceAfterCrashesOfAFailingDisk) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    JournalWorld world(seed, testing::small_limits());
    ASSERT_TRUE(world.create_group().ok());
    std::set<std::string> acknowledged;
    std::map<std::string, int> next;
    for (const char* stream : {"a", "b", "c"}) ASSERT_TRUE(world.create_stream(stream).ok());
    Prng prng(seed);
    for (int life = 0; life < 4; ++life) {
      world.world().set_buggify(seed % 2 == 0);
      for (const char* stream : {"a", "b", "c"})
        world.spawn(write_lines(world, stream, acknowledged, next[stream]));
      world.world().run_for(std::chrono::microseconds(1'000 + prng.below(20'000)));
      world.world().set_buggify(false);
      world.crash();
    }
    std::multiset<std::string> there;
    for (const auto& line : world.all()) there.insert(line.substr(line.find(' ') + 1));
    for (const auto& line : acknowledged) EXPECT_EQ(there.count(line), 1U) << line << " of seed " << seed;
    EXPECT_GT(acknowledged.size(), 20U);
    EXPECT_LE(there.size(), acknowledged.size() + 12) << "at most what was under way at each crash";
  }
}

TEST(LogRecovery, WhatWasRefusedDoesNotComeBack) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    JournalWorld world(seed, testing::small_limits());
    ASSERT_TRUE(world.create_group().ok());
    ASSERT_TRUE(world.create_stream("s").ok());
    world.world().set_buggify(true);
    bool deleted = false;
    for (int i = 0; i < 10 && !deleted; ++i) deleted = world.run(world.journal().delete_group(kGroup)).ok();
    world.world().set_buggify(false);
    if (deleted) continue;
    ASSERT_TRUE(world.append("s", {{1, "x"}}).ok());
    world.crash();
    EXPECT_THAT(world.all(), ElementsAre("1 x"));
  }
}

}  // namespace
}  // namespace berth::journal
