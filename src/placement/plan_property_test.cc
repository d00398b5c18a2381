// Goal: whatever the world, a plan never over-commits, never breaks a constraint, and leaves no task that
// would fit. Method: seeded random worlds and requests; the plan is replayed on a model that is written
// without the predicates.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "placement/explain.h"
#include "placement/plan.h"
#include "placement/test_world.h"

namespace berth::placement {
namespace {

constexpr std::uint64_t kWorlds = 2000;

VectorSnapshot random_world(Prng& prng) {
  VectorSnapshot world;
  auto instances = prng.below(prng.chance(1, 10) ? 60 : 9);
  for (std::uint64_t i = 0; i < instances; ++i) {
    InstanceView view =
        test::instance(std::to_string(i), std::string(1, static_cast<char>('a' + prng.below(3))),
                       prng.between(0, 40), prng.between(0, 40));
    if (prng.chance(1, 6)) view.status = InstanceStatus::draining;
    if (prng.chance(1, 6)) view.agent_connected = false;
    if (prng.chance(1, 3)) view.used_tcp = {80};
    if (prng.chance(1, 2)) view.attributes = {{"stack", prng.chance(1, 2) ? "prod" : "test"}};
    world.add(view);
    if (prng.chance(1, 3)) world.put_tasks(i, "service:web", prng.between(1, 3), {});
  }
  return world;
}

PlacementRequest random_request(Prng& prng) {
  auto request = test::request(prng.between(0, 25), prng.between(0, 10), prng.between(1, 10));
  if (prng.chance(1, 3)) request.resources.host_ports = {{80, Protocol::tcp}};
  std::vector<RawConstraint> constraints;
  if (prng.chance(1, 4)) constraints.push_back({"distinctInstance", ""});
  if (prng.chance(1, 4)) constraints.push_back({"memberOf", "attribute:stack == prod"});
  request.constraints = test::constraints(constraints);
  if (prng.chance(1, 2)) request.default_strategy = DefaultStrategy::zones_then_hosts;
  const std::vector<RawStrategy> all{{"spread", "instanceId"},
                                     {"spread", "attribute:stack"},
                                     {"binpack", "cpu"},
                                     {"binpack", "memory"},
                                     {"random", ""}};
  std::vector<RawStrategy> strategies;
  while (prng.chance(1, 3) && strategies.size() < kStrategiesMax)
    strategies.push_back(all[prng.below(all.size())]);
  request.strategies = test::strategies(strategies);
  return request;
}

bool has_constraint(const PlacementRequest& request, Constraint::Type type) {
  return std::any_of(request.constraints.begin(), request.constraints.end(),
                     [&](const Constraint& constraint) { return constraint.type == type; });
}

/// How many tasks of the request one instance can take, from first principles.
std::int64_t capacity(const VectorSnapshot& world, std::size_t index, const PlacementRequest& request) {
  const InstanceView& view = world.at(index);
  if (view.status != InstanceStatus::active || !view.agent_connected) return 0;
  if (has_constraint(request, Constraint::Type::member_of) && find_attribute(view, "stack") != "prod")
    return 0;
  std::int64_t most =
      request.resources.memory_mib > 0 ? view.remaining_memory_mib / request.resources.memory_mib : 1000;
  if (request.resources.cpu > 0) most = std::min(most, view.remaining_cpu / request.resources.cpu);
  if (!request.resources.host_ports.empty())
    most = std::min<std::int64_t>(most, view.used_tcp.empty() ? 1 : 0);
  if (has_constraint(request, Constraint::Type::distinct_instance)) {
    most = std::min<std::int64_t>(most, world.count_of_group(index, request.group) > 0 ? 0 : 1);
  }
  return most;
}

TEST(PlanProperty, NeverTooManyNeverTooFew) {
  for (std::uint64_t seed = 1; seed <= kWorlds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Prng prng(seed);
    auto world = random_world(prng);
    auto request = random_request(prng);
    auto plan = plan_placement(world, request, prng);

    std::map<std::size_t, std::int64_t> placed;
    for (std::size_t index : plan.placed) ++placed[index];
    std::int64_t room = 0;
    for (std::size_t i = 0; i < world.size(); ++i) {
      std::int64_t most = capacity(world, i, request);
      ASSERT_LE(placed[i], most) << "instance " << i;
      room += most;
    }
    ASSERT_EQ(static_cast<std::int64_t>(plan.placed.size()), std::min(room, request.count));
    ASSERT_EQ(static_cast<std::int64_t>(plan.placed.size()) + plan.unplaced, request.count);
  }
}

TEST(PlanProperty, WhatIsNotPlacedIsExplained) {
  for (std::uint64_t seed = 1; seed <= kWorlds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Prng prng(seed);
    auto world = random_world(prng);
    auto plan = plan_placement(world, random_request(prng), prng);
    ASSERT_EQ(plan.rejections.size(), plan.unplaced > 0 ? world.size() : 0);
    ASSERT_EQ(explain_unplaced(plan).empty(), plan.unplaced == 0);
    ASSERT_EQ(failures_of(plan).empty(), plan.rejections.empty());
    for (const InstanceRejection& rejection : plan.rejections) {
      ASSERT_FALSE(rejection.reasons.empty());
      ASSERT_TRUE(std::is_sorted(rejection.reasons.begin(), rejection.reasons.end(),
                                 [](auto& a, auto& b) { return a.code < b.code; }));
    }
  }
}

TEST(PlanProperty, EqualZonesWithRoomDifferByAtMostOne) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Prng prng(seed);
    VectorSnapshot world;
    auto zones = prng.between(1, 4), hosts = prng.between(1, 5);
    for (std::int64_t i = 0; i < zones * hosts; ++i) {
      world.add(test::instance(std::to_string(i), std::string(1, static_cast<char>('a' + i % zones))));
    }
    auto request = test::request(prng.between(1, 40));
    request.default_strategy = DefaultStrategy::zones_then_hosts;
    std::map<std::string_view, int> by_zone;
    std::map<std::size_t, int> by_host;
    for (std::size_t i = 0; i < world.size(); ++i) by_zone[world.at(i).zone], by_host[i];
    for (std::size_t index : plan_placement(world, request, prng).placed) {
      ++by_zone[world.at(index).zone];
      ++by_host[index];
    }
    auto spread_of = [](const auto& counts) {
      auto less = [](auto& a, auto& b) { return a.second < b.second; };
      auto [low, high] = std::minmax_element(counts.begin(), counts.end(), less);
      return high->second - low->second;
    };
    ASSERT_LE(spread_of(by_zone), 1);
    ASSERT_LE(spread_of(by_host), 2) << "one from the zones, one within a zone";
  }
}

}  // namespace
}  // namespace berth::placement
