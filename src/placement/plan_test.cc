// Goal: the strategies choose as documented; RunTask's default is even (G-200) and cheap.
// Method: small worlds; statistics over seeded runs; a snapshot that counts how often it is asked.
#include "placement/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "placement/test_world.h"

namespace berth::placement {
namespace {

std::map<std::string, int> placed_on(const Snapshot& world, const PlacementPlan& plan) {
  std::map<std::string, int> counts;
  for (std::size_t index : plan.placed) ++counts[world.at(index).arn];
  return counts;
}

TEST(Plan, HundredRunTasksOnFiveEqualInstancesAreEven) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Prng prng(seed);
    VectorSnapshot world;
    for (int i = 0; i < 5; ++i) world.add(test::instance(std::to_string(i), "a", 1 << 20, 1 << 20));
    std::vector<double> counts(5);
    for (int task = 0; task < 100; ++task) {
      auto plan = plan_placement(world, test::request(1), prng);
      ASSERT_EQ(plan.placed.size(), 1u);
      ++counts[plan.placed[0]];
      world.put_tasks(plan.placed[0], "service:web", 1, {});
    }
    double chi_square = 0;
    for (double count : counts) chi_square += (count - 20) * (count - 20) / 20;
    EXPECT_LT(chi_square, 9.49) << "5 % level, 4 degrees of freedom; seed " << seed;
    EXPECT_LT(*std::max_element(counts.begin(), counts.end()), 35) << "seed " << seed;
  }
}

TEST(Plan, EveryInstanceIsChosenFirstAboutEquallyOften) {
  VectorSnapshot world;
  for (int i = 0; i < 40; ++i) world.add(test::instance(std::to_string(i)));
  Prng prng(7);
  std::vector<int> counts(40);
  for (int round = 0; round < 4000; ++round)
    ++counts[plan_placement(world, test::request(1), prng).placed.at(0)];
  for (int count : counts) {
    EXPECT_GT(count, 50);
    EXPECT_LT(count, 150);
  }
}

/// Counts what a plan costs.
class CountingSnapshot final : public Snapshot {
 public:
  explicit CountingSnapshot(const Snapshot& inner) : inner_(inner) {}
  std::size_t size() const override { return inner_.size(); }
  const InstanceView& at(std::size_t index) const override { return ++asked, inner_.at(index); }
  std::int64_t count_of_group(std::size_t index, std::string_view group) const override {
    return ++asked, inner_.count_of_group(index, group);
  }
  void each_group(std::size_t index, const GroupVisitor& visit) const override {
    asked += 1000;
    inner_.each_group(index, visit);
  }
  mutable std::size_t asked = 0;

 private:
  const Snapshot& inner_;
};

TEST(Plan, CostOfTheDefaultDoesNotGrowWithTheCluster) {
  VectorSnapshot world;
  for (int i = 0; i < 10000; ++i) world.add(test::instance(std::to_string(i)));
  CountingSnapshot counting(world);
  Prng prng(1);
  ASSERT_EQ(plan_placement(counting, test::request(1), prng).placed.size(), 1u);
  EXPECT_LE(counting.asked, 40u);
}

TEST(Plan, FindsTheOneInstanceWithRoomInALargeCluster) {
  VectorSnapshot world;
  for (int i = 0; i < 1000; ++i) world.add(test::instance(std::to_string(i), "a", i == 777 ? 10 : 0));
  Prng prng(1);
  auto plan = plan_placement(world, test::request(12), prng);
  EXPECT_EQ(placed_on(world, plan), (std::map<std::string, int>{{"777", 10}}));
  EXPECT_EQ(plan.unplaced, 2);
  EXPECT_EQ(plan.rejections.size(), 1000u);
  EXPECT_EQ(plan.active_instances, 1000u);
}

TEST(Plan, IsDeterministicForASeed) {
  VectorSnapshot world;
  for (int i = 0; i < 50; ++i) world.add(test::instance(std::to_string(i), i % 2 ? "a" : "b"));
  for (auto strategy : {DefaultStrategy::even_random, DefaultStrategy::zones_then_hosts}) {
    auto request = test::request(20);
    request.default_strategy = strategy;
    Prng one(3), same(3), other(4);
    auto plan = plan_placement(world, request, one).placed;
    EXPECT_EQ(plan, plan_placement(world, request, same).placed);
    EXPECT_NE(plan, plan_placement(world, request, other).placed);
  }
}

TEST(Plan, EmptyClusterAndEmptyRequest) {
  VectorSnapshot world;
  Prng prng(1);
  auto plan = plan_placement(world, test::request(3), prng);
  EXPECT_EQ(plan.unplaced, 3);
  EXPECT_TRUE(plan.rejections.empty());
  world.add(test::instance("one"));
  EXPECT_EQ(plan_placement(world, test::request(0), prng).unplaced, 0);
}

TEST(Plan, ZonesThenHostsFillsTheEmptierHostOfTheEmptierZone) {
  VectorSnapshot world;
  world.add(test::instance("a1", "a"));
  world.add(test::instance("a2", "a"));
  world.add(test::instance("b1", "b"));
  world.put_tasks(0, "service:web", 1, {});
  world.put_tasks(2, "service:web", 2, {});
  auto request = test::request(1);
  request.default_strategy = DefaultStrategy::zones_then_hosts;
  Prng prng(1);
  EXPECT_EQ(world.at(plan_placement(world, request, prng).placed.at(0)).arn, "a2");
}

TEST(Plan, ZonesThenHostsPrefersTheInstanceWithFewerTasksAtAll) {
  VectorSnapshot world;
  world.add(test::instance("busy"));
  world.add(test::instance("idle"));
  world.put_tasks(0, "service:other", 5, {});
  auto request = test::request(1);
  request.default_strategy = DefaultStrategy::zones_then_hosts;
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    Prng prng(seed);
    EXPECT_EQ(world.at(plan_placement(world, request, prng).placed.at(0)).arn, "idle");
  }
}

TEST(Plan, TasksOnDrainingInstancesDoNotHoldTheirZone) {
  VectorSnapshot world;
  world.add(test::instance("a1", "a"));
  world.add(test::instance("a2", "a"));
  world.add(test::instance("b", "b"));
  world.put_tasks(0, "service:web", 1, {});
  world.put_tasks(2, "service:web", 1, {});
  world.view(0).status = InstanceStatus::draining;
  auto request = test::request(1);
  request.default_strategy = DefaultStrategy::zones_then_hosts;
  Prng prng(1);
  EXPECT_EQ(world.at(plan_placement(world, request, prng).placed.at(0)).arn, "a2");
}

TEST(Plan, BinpackFillsTheFullestFirst) {
  VectorSnapshot world;
  world.add(test::instance("big", "a", 1000, 1000));
  world.add(test::instance("small", "a", 100, 2000));
  auto request = test::request(3, 50, 50);
  Prng prng(1);
  request.strategies = test::strategies({{"binpack", "cpu"}});
  EXPECT_EQ(placed_on(world, plan_placement(world, request, prng)),
            (std::map<std::string, int>{{"small", 2}, {"big", 1}}));
  request.strategies = test::strategies({{"binpack", "memory"}});
  EXPECT_EQ(placed_on(world, plan_placement(world, request, prng)), (std::map<std::string, int>{{"big", 3}}));
}

TEST(Plan, RandomUsesEveryInstanceAndSilencesWhatFollows) {
  VectorSnapshot world;
  for (int i = 0; i < 4; ++i) world.add(test::instance(std::to_string(i), "a", 100 + i));
  auto request = test::request(1);
  request.strategies = test::strategies({{"random", ""}, {"binpack", "cpu"}});
  std::map<std::string, int> counts;
  Prng prng(5);
  for (int i = 0; i < 400; ++i) ++counts[world.at(plan_placement(world, request, prng).placed.at(0)).arn];
  EXPECT_EQ(counts.size(), 4u);
  for (const auto& [name, count] : counts) EXPECT_GT(count, 60) << name;
}

TEST(Plan, SpreadThenBinpack) {
  VectorSnapshot world;
  world.add(test::instance("a-big", "a", 1000));
  world.add(test::instance("a-small", "a", 100));
  world.add(test::instance("b", "b", 1000));
  auto request = test::request(4, 10);
  request.strategies = test::strategies({{"spread", "attribute:ecs.availability-zone"}, {"binpack", "cpu"}});
  Prng prng(1);
  EXPECT_EQ(placed_on(world, plan_placement(world, request, prng)),
            (std::map<std::string, int>{{"a-small", 2}, {"b", 2}}));
}

// A cluster and a request that cost too much: ten constraints of one expensive pattern each, and no two
// values alike.
TEST(Plan, ConstraintsThatCostTooMuchAreRefusedSoon) {
  VectorSnapshot world;
  std::vector<std::string> values;
  for (int i = 0; i < 2'000; ++i)
    values.push_back(std::string(100, 'a') + (i % 2 == 0 ? "a" : "b") + std::to_string(i));
  for (int i = 0; i < 2'000; ++i) {
    auto view = test::instance(std::to_string(i));
    view.attributes = {{"x", values[static_cast<std::size_t>(i)]}};
    world.add(view);
  }
  auto request = test::request(10);
  std::vector<RawConstraint> raw(10, {"memberOf", "attribute:x !~ '(?:a|b|ab|ba|aa|bb){1,60}c'"});
  for (std::size_t i = 0; i < raw.size(); ++i) raw[i].expression += " or attribute:y == " + std::to_string(i);
  request.constraints = test::constraints(raw);
  request.strategies = test::strategies({{"spread", "instanceId"}});
  Prng prng(1);
  const PlacementPlan plan = plan_placement(world, request, prng);
  EXPECT_TRUE(plan.too_costly);
  EXPECT_TRUE(plan.rejections.empty());
  EXPECT_LT(request.budget->steps(), kQueryStepsMax + 1'000'000);
}

TEST(Plan, ConstraintsOfAWholeClusterStayFarBelowTheirLimit) {
  VectorSnapshot world;
  const char* types[] = {"t3.small", "m5.large", "c5.xlarge"};
  for (int i = 0; i < 5'000; ++i) {
    auto view = test::instance(std::to_string(i));
    view.attributes = {{"ecs.instance-type", types[i % 3]}, {"stack", "prod"}};
    world.add(view);
  }
  auto request = test::request(10);
  request.constraints = test::constraints({{"memberOf", "attribute:ecs.instance-type =~ (m5|c5).*"},
                                           {"memberOf", "attribute:stack in [prod, staging]"}});
  request.strategies = test::strategies({{"spread", "instanceId"}});
  Prng prng(1);
  const PlacementPlan plan = plan_placement(world, request, prng);
  EXPECT_EQ(plan.placed.size(), 10U);
  EXPECT_LT(request.budget->steps(), kQueryStepsMax / 20);
}

TEST(QueryCacheTest, ParsesEachExpressionOnce) {
  QueryCache cache;
  const std::vector<RawConstraint> raw = {{"memberOf", "attribute:x == 1"}};
  const auto first = parse_constraints(raw, ConstraintPlace::request, &cache).value();
  const auto second = parse_constraints(raw, ConstraintPlace::request, &cache).value();
  EXPECT_EQ(first.front().query, second.front().query);
}

}  // namespace
}  // namespace berth::placement
