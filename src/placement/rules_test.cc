// Goal: constraints and strategies are accepted and refused as the API does.
// Method: every form once, every mistake with its message.
#include "placement/rules.h"

#include <gtest/gtest.h>

namespace berth::placement {
namespace {

std::string strategy_error(const RawStrategy& raw) {
  auto parsed = parse_strategies({raw});
  return parsed ? "accepted " + render_strategy(parsed->front()) : parsed.error().message;
}
std::string constraint_error(const RawConstraint& raw, ConstraintPlace place = ConstraintPlace::request) {
  auto parsed = parse_constraints({raw}, place);
  return parsed ? "accepted" : parsed.error().message;
}

TEST(Rules, Strategies) {
  EXPECT_EQ(strategy_error({"random", ""}), "accepted random");
  EXPECT_EQ(strategy_error({"spread", "instanceId"}), "accepted spread(instanceId)");
  EXPECT_EQ(strategy_error({"spread", "host"}), "accepted spread(instanceId)");
  EXPECT_EQ(strategy_error({"spread", "attribute:Rack"}), "accepted spread(attribute:Rack)");
  EXPECT_EQ(strategy_error({"binpack", "CPU"}), "accepted binpack(cpu)");
  EXPECT_EQ(strategy_error({"binpack", "memory"}), "accepted binpack(memory)");
  EXPECT_EQ(strategy_error({"random", "cpu"}), "placementStrategy random cannot have a field.");
  EXPECT_EQ(strategy_error({"spread", "cpu"}),
            "placementStrategy field 'cpu' is not valid for spread: use instanceId, host or attribute:NAME.");
  EXPECT_EQ(strategy_error({"spread", "attribute:"}),
            "placementStrategy field 'attribute:' is not valid for spread: use instanceId, host or "
            "attribute:NAME.");
  EXPECT_EQ(strategy_error({"binpack", "host"}),
            "placementStrategy field 'host' is not valid for binpack: use cpu or memory.");
  EXPECT_EQ(strategy_error({"first", ""}),
            "placementStrategy type 'first' is not valid: use random, spread or binpack.");
}

TEST(Rules, Constraints) {
  EXPECT_EQ(constraint_error({"distinctInstance", ""}), "accepted");
  EXPECT_EQ(constraint_error({"memberOf", "attribute:a exists"}), "accepted");
  EXPECT_EQ(constraint_error({"distinctInstance", "x"}),
            "distinctInstance constraint cannot have an expression.");
  EXPECT_EQ(constraint_error({"memberOf", ""}), "memberOf constraint requires an expression.");
  EXPECT_EQ(constraint_error({"memberOf", "attribute:a =="}),
            "Invalid expression: the expression ends at character 15: expected a value");
  EXPECT_EQ(constraint_error({"sameInstance", ""}),
            "constraint.type 'sameInstance' is not valid: use distinctInstance or memberOf.");
  EXPECT_EQ(constraint_error({"distinctInstance", ""}, ConstraintPlace::task_definition),
            "constraint.type 'distinctInstance' is not supported.");
}

TEST(Rules, HaveLimits) {
  EXPECT_TRUE(parse_strategies(std::vector<RawStrategy>(kStrategiesMax, {"random", ""})).ok());
  EXPECT_EQ(parse_strategies(std::vector<RawStrategy>(kStrategiesMax + 1, {"random", ""})).error().message,
            "placementStrategy can have at most 5 items.");
  EXPECT_EQ(parse_constraints(std::vector<RawConstraint>(kConstraintsMax + 1, {"distinctInstance", ""}))
                .error()
                .message,
            "placementConstraints can have at most 10 items.");
}

}  // namespace
}  // namespace berth::placement
