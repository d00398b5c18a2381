// Goal: the ranks say where plan_placement() puts the next task, and by which values.
// Method: small worlds; the ranked answer against the plan for many seeds.
#include "placement/candidates.h"

#include <gtest/gtest.h>

#include <set>

#include "placement/plan.h"
#include "placement/test_world.h"

namespace berth::placement {
namespace {

VectorSnapshot three_zones() {
  VectorSnapshot world;
  world.add(test::instance("a1", "a"));
  world.add(test::instance("a2", "a"));
  world.add(test::instance("b1", "b"));
  world.add(test::instance("full", "b", 0));
  world.put_tasks(0, "service:web", 1, {10, 10, {}, {}});
  return world;
}

TEST(Candidates, RankOneIsWhereThePlanGoesWhateverTheSeed) {
  auto world = three_zones();
  for (const char* field : {"attribute:ecs.availability-zone", "instanceId"}) {
    auto request = test::request(1);
    request.strategies = test::strategies({{"spread", field}});
    std::set<std::size_t> best, chosen;
    for (const auto& candidate : rank_candidates(world, request))
      if (candidate.rank == 1) best.insert(candidate.index);
    for (std::uint64_t seed = 1; seed < 50; ++seed) {
      Prng prng(seed);
      chosen.insert(plan_placement(world, request, prng).placed.at(0));
    }
    EXPECT_EQ(best, chosen) << field;
  }
}

TEST(Candidates, ServicesWithoutAStrategyAreRankedByZoneThenHost) {
  auto world = three_zones();
  auto request = test::request(1);
  request.default_strategy = DefaultStrategy::zones_then_hosts;
  const auto candidates = rank_candidates(world, request);
  ASSERT_EQ(candidates.size(), 3u) << "the full instance is no candidate";
  EXPECT_EQ(candidates[0].index, 2u);
  EXPECT_EQ(candidates[0].rank, 1u);
  EXPECT_EQ(candidates[1].index, 1u);
  EXPECT_EQ(candidates[1].rank, 2u);
  EXPECT_EQ(candidates[2].rank, 3u);
  ASSERT_EQ(candidates[0].values.size(), 3u);
  EXPECT_EQ(candidates[0].values[0].key, "tasks of the group in the same ecs.availability-zone");
  EXPECT_EQ(candidates[0].values[0].value, 0);
  EXPECT_EQ(candidates[1].values[0].value, 1);
}

TEST(Candidates, RunTaskWithoutAStrategyMayDrawAnyFittingInstance) {
  auto world = three_zones();
  const auto candidates = rank_candidates(world, test::request(1));
  ASSERT_EQ(candidates.size(), 3u);
  for (const auto& candidate : candidates) EXPECT_EQ(candidate.rank, 1u);
  EXPECT_EQ(candidates[0].values[0].value, 1);
}

TEST(Candidates, BinpackTakesTheFullestThatFits) {
  auto world = three_zones();
  auto request = test::request(1);
  request.strategies = test::strategies({{"binpack", "cpu"}});
  const auto candidates = rank_candidates(world, request);
  EXPECT_EQ(candidates.at(0).index, 0u);
  EXPECT_EQ(candidates.at(0).values.at(0).key, "CPU units left");
  EXPECT_EQ(candidates.at(0).values.at(0).value, 1014);
}

}  // namespace
}  // namespace berth::placement
