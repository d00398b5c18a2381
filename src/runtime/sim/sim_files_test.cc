// Goal: a simulated disk behaves as a real one: whole writes, and removals that a crash may undo.
// Method: direct calls, with kills in between, on many seeds.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "runtime/sim/sim_world.h"

namespace berth::runtime {
namespace {

void kill_and_restart(SimWorld& world, SimNode& node) {
  node.kill();
  ASSERT_TRUE(world.run_until([&] { return node.down(); }));
  node.restart();
}

TEST(SimFiles, WritesReadsListsRemoves) {
  SimWorld world(1);
  Files& files = world.add_node("a").files();
  EXPECT_EQ(files.write_atomically("/data/x", "1").error().code, ErrorCode::not_found);
  ASSERT_TRUE(files.make_directories("/data/deep").ok());
  ASSERT_TRUE(files.write_atomically("/data/x", "1").ok());
  EXPECT_EQ(files.read("/data/x").value(), "1");
  EXPECT_EQ(files.read("/data/x", 0).error().code, ErrorCode::too_large);
  EXPECT_EQ(files.list("/data").value(), (std::vector<std::string>{"deep", "x"}));
  ASSERT_TRUE(files.remove("/data/x").ok());
  EXPECT_EQ(files.read("/data/x").error().code, ErrorCode::not_found);
}

TEST(SimFiles, WhatWasWrittenSurvivesAndRemovalsMayNot) {
  int back = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SimWorld world(seed);
    SimNode& node = world.add_node("a");
    ASSERT_TRUE(node.files().make_directories("/data", 0755).ok());
    for (const char* path : {"/data/kept", "/data/removed", "/data/removed_and_synced"})
      ASSERT_TRUE(node.files().write_atomically(path, "1", 0600).ok());
    ASSERT_TRUE(node.files().remove("/data/removed_and_synced").ok());
    ASSERT_TRUE(node.files().write_atomically("/data/kept", "2", 0600).ok());
    ASSERT_TRUE(node.files().remove("/data/removed").ok());
    Files& old = node.files();
    node.kill();
    EXPECT_EQ(old.write_atomically("/data/kept", "3").error().code, ErrorCode::cancelled);
    ASSERT_TRUE(world.run_until([&] { return node.down(); }));
    node.restart();
    EXPECT_EQ(node.files().read("/data/kept", 10).value(), "2");
    EXPECT_FALSE(node.files().read("/data/removed_and_synced", 10).ok());
    back += node.files().read("/data/removed", 10).ok();
  }
  EXPECT_GT(back, 20);
  EXPECT_LT(back, 80);
}

TEST(SimFiles, WhatWasAppendedIsCutOffUnlessItWasSynced) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SimWorld world(seed);
    SimNode& node = world.add_node("a");
    EXPECT_EQ(node.files().append("/log", "1", Files::Sync::now).error().code, ErrorCode::not_found);
    ASSERT_TRUE(node.files().write_atomically("/log", "1", 0600).ok());
    ASSERT_TRUE(node.files().append("/log", "2", Files::Sync::later).ok());
    ASSERT_TRUE(node.files().append("/log", "3", Files::Sync::now).ok());
    ASSERT_TRUE(node.files().append("/log", "4", Files::Sync::later).ok());
    ASSERT_TRUE(node.files().append("/log", "5", Files::Sync::later).ok());
    EXPECT_EQ(node.files().read("/log", 10).value(), "12345");
    kill_and_restart(world, node);
    seen.insert(node.files().read("/log", 10).value());
  }
  EXPECT_EQ(seen, (std::set<std::string>{"123", "1234", "12345"}));
}

TEST(SimFiles, AFailedWriteHasEitherOutcome) {
  int failed = 0, written = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SimWorld world(seed, {.buggify = true});
    SimNode& node = world.add_node("a");
    for (int i = 0; i < 10; ++i) {
      const std::string path = "/" + std::to_string(i);
      if (node.files().write_atomically(path, "1", 0600).ok()) continue;
      ++failed;
      written += node.files().read(path, 10).ok();
    }
    kill_and_restart(world, node);
  }
  EXPECT_GT(written, 0);
  EXPECT_LT(written, failed);
}

}  // namespace
}  // namespace berth::runtime
