// Goal: scale-in removes what balances best, the same every time.
// Method: small worlds by hand; a seeded property: zones never end more uneven than they must.
#include "placement/scale_in.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "placement/test_world.h"

namespace berth::placement {
namespace {

StoppableTask task(std::string id, std::string instance, std::string zone, std::int32_t rank = 1,
                   std::int64_t started_order = 0) {
  return {std::move(id), std::move(instance), std::move(zone), nullptr, rank, started_order};
}

std::string stop(const std::vector<StoppableTask>& tasks, std::int64_t count,
                 const std::vector<Strategy>& strategies = {}) {
  std::string ids;
  for (std::size_t chosen : choose_tasks_to_stop(tasks, count, strategies)) ids += tasks[chosen].id;
  return ids;
}

TEST(ScaleIn, FullestZoneThenFullestInstanceThenYoungest) {
  std::vector<StoppableTask> tasks{task("A", "a1", "a"), task("B", "a1", "a", 1, 5), task("C", "a2", "a"),
                                   task("D", "b1", "b", 1, 9), task("E", "b2", "b")};
  EXPECT_EQ(stop(tasks, 1), "B");
  EXPECT_EQ(stop(tasks, 2), "BD");
  EXPECT_EQ(stop(tasks, 99), stop(tasks, 5));
  EXPECT_EQ(stop(tasks, 99).size(), 5u);
  EXPECT_EQ(stop(tasks, 0), "");
}

TEST(ScaleIn, WhatDoesNotServeGoesFirst) {
  std::vector<StoppableTask> tasks{task("A", "a1", "a"), task("B", "a1", "a"), task("C", "b1", "b", 0)};
  EXPECT_EQ(stop(tasks, 2), "CB");
}

TEST(ScaleIn, FollowsTheStrategies) {
  InstanceView full = test::instance("full"), spare = test::instance("spare");
  full.remaining_memory_mib = 10;
  full.attributes = {{"rack", "r1"}};
  spare.attributes = {{"rack", "r2"}};
  std::vector<StoppableTask> tasks{task("A", "full", "a"), task("B", "full", "a"), task("C", "spare", "b")};
  tasks[0].view = tasks[1].view = &full;
  tasks[2].view = &spare;
  EXPECT_EQ(stop(tasks, 1, test::strategies({{"binpack", "memory"}})), "C");
  EXPECT_EQ(stop(tasks, 1, test::strategies({{"spread", "attribute:rack"}})), "B");
  EXPECT_EQ(stop(tasks, 1, test::strategies({{"spread", "instanceId"}})), "B");
  EXPECT_EQ(stop(tasks, 1, test::strategies({{"random", ""}, {"spread", "instanceId"}})), "C");
}

TEST(ScaleIn, LeavesZonesAsEvenAsTheyCanBe) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Prng prng(seed);
    std::vector<StoppableTask> tasks;
    std::map<std::string, int> zones{{"a", 0}, {"b", 0}, {"c", 0}};
    for (auto& [zone, count] : zones) {
      count = static_cast<int>(prng.between(0, 6));
      for (int i = 0; i < count; ++i) tasks.push_back(task(zone + std::to_string(i), zone, zone));
    }
    auto before = zones;
    for (std::size_t chosen : choose_tasks_to_stop(tasks, prng.between(0, 18))) --zones[tasks[chosen].zone];
    // Nothing is taken from a zone while another has more than one task more.
    for (const auto& [zone, count] : zones) {
      for (const auto& [other, other_count] : zones) {
        if (count < before[zone]) {
          EXPECT_LE(other_count, count + 1) << "seed " << seed;
        }
      }
    }
  }
}

}  // namespace
}  // namespace berth::placement
