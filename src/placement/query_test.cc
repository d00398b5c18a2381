// Goal: the cluster query language accepts what the developer guide describes, evaluates it as written, and
// points at the character of a mistake. Method: tables over one instance; one test a subject; error messages
// word by word.
#include "placement/query.h"

#include <gtest/gtest.h>

#include "placement/query_values.h"
#include "placement/test_world.h"

namespace berth::placement {
namespace {

class QueryTest : public testing::Test {
 protected:
  QueryTest() {
    InstanceView view = test::instance("one", "us-east-1a");
    view.attributes = {{"stack", "prod"}, {"ecs.instance-type", "t2.small"}, {"weight", "9"}, {"spare", ""}};
    view.agent_version = "1.17.0";
    view.registered_at = {1529360908500};  // 2018-06-18T22:28:28.5Z
    world_.add(view);
    world_.put_tasks(0, "service:web", 3, {});
  }
  bool holds(std::string_view text) {
    auto query = parse_query(text);
    EXPECT_TRUE(query.ok()) << text << ": " << (query ? "" : query.error().message);
    return query && matches_filter(*query, world_, 0);
  }
  std::string error(std::string_view text) {
    auto query = parse_query(text);
    return query ? "accepted" : query.error().message;
  }
  VectorSnapshot world_;
};

TEST_F(QueryTest, ExamplesOfTheGuide) {
  EXPECT_TRUE(holds("attribute:ecs.instance-type == t2.small"));
  EXPECT_TRUE(holds("attribute:ecs.availability-zone in [us-east-1a, us-east-1b]"));
  EXPECT_FALSE(
      holds("attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d"));
  EXPECT_TRUE(holds("task:group == service:web"));
  EXPECT_TRUE(holds("not(task:group == database)"));
  EXPECT_TRUE(holds("runningTasksCount == 3"));
  EXPECT_TRUE(holds("ec2InstanceId in ['i-one', 'i-two']"));
  EXPECT_TRUE(holds("agentConnected==true"));
}

TEST_F(QueryTest, EveryOperatorInBothSpellings) {
  for (auto text : {"attribute:stack == prod",    "attribute:stack equals prod",
                    "attribute:stack != test",    "attribute:stack not_equals test",
                    "attribute:weight > 8",       "attribute:weight greater_than 8",
                    "attribute:weight >= 9",      "attribute:weight greater_than_equal 9",
                    "attribute:weight < 10",      "attribute:weight less_than 10",
                    "attribute:weight <= 9",      "attribute:weight less_than_equal 9",
                    "attribute:spare exists",     "attribute:none !exists",
                    "attribute:none not_exists",  "attribute:stack in [prod]",
                    "attribute:stack !in [test]", "attribute:stack not_in [test, dev]",
                    "attribute:stack =~ pr.d",    "attribute:stack matches pr.d",
                    "attribute:stack !~ te.*",    "attribute:stack not_matches te.*"}) {
    EXPECT_TRUE(holds(text)) << text;
    EXPECT_FALSE(holds("!(" + std::string(text) + ")")) << text;
  }
}

TEST_F(QueryTest, PrecedenceAndParentheses) {
  EXPECT_TRUE(holds("attribute:stack == prod or attribute:stack == test and attribute:weight == 1"));
  EXPECT_FALSE(holds("(attribute:stack == prod or attribute:stack == test) and attribute:weight == 1"));
  EXPECT_TRUE(holds("!attribute:stack == test && !!attribute:stack == prod"));
  EXPECT_TRUE(holds("attribute:weight == 1 || attribute:weight == 9"));
}

TEST_F(QueryTest, WordsMeanWhatTheirPlaceSays) {
  EXPECT_FALSE(holds("attribute:stack == and and attribute:stack == prod"));
  EXPECT_TRUE(holds("attribute:in !exists"));
  EXPECT_TRUE(holds("attribute:stack==prod"));
  EXPECT_TRUE(holds("attribute:stack == \"prod\""));
  EXPECT_TRUE(holds("attribute:ecs.instance-type =~ (t2|m5).*"));
  EXPECT_TRUE(holds("(attribute:ecs.instance-type =~ (t2|m5).*)"));
  EXPECT_TRUE(holds("attribute:ecs.instance-type =~ 't2\\.[a-z ]+'"));
}

TEST_F(QueryTest, MissingAttribute) {
  EXPECT_FALSE(holds("attribute:none == x"));
  EXPECT_TRUE(holds("attribute:none != x"));
  EXPECT_TRUE(holds("attribute:none not_in [x]"));
  EXPECT_TRUE(holds("attribute:none !~ .*"));
  EXPECT_FALSE(holds("attribute:none < 5"));
  EXPECT_FALSE(holds("attribute:none exists"));
}

TEST_F(QueryTest, OrdersNumbersAsNumbersAndTextAsText) {
  EXPECT_TRUE(holds("attribute:weight < 10"));
  EXPECT_TRUE(holds("attribute:stack > pro"));
  EXPECT_TRUE(holds("attribute:weight < a"));
}

TEST_F(QueryTest, AgentVersion) {
  EXPECT_TRUE(holds("agentVersion > 1.9.0"));
  EXPECT_TRUE(holds("agentVersion == 1.17"));
  EXPECT_FALSE(holds("agentVersion < v1.17.0"));
  world_.view(0).agent_version = "";
  EXPECT_FALSE(holds("agentVersion < 99.0.0"));
  EXPECT_TRUE(holds("agentVersion != 1.17.0"));
}

TEST_F(QueryTest, RegisteredAt) {
  EXPECT_TRUE(holds("registeredAt == 2018-06-18T22:28:28+00:00"));
  EXPECT_TRUE(holds("registeredAt == 2018-06-18T22:28:28Z"));
  EXPECT_TRUE(holds("registeredAt == 2018-06-18T22:28:28"));
  EXPECT_TRUE(holds("registeredAt == 2018-06-19T00:28:28+02:00"));
  EXPECT_TRUE(holds("registeredAt == 2018-06-18"));
  EXPECT_TRUE(holds("registeredAt >= 2018-06-18 and registeredAt < 2018-06-19"));
  EXPECT_FALSE(holds("registeredAt != 2018-06-18"));
  EXPECT_FALSE(parse_date("2018-02-30").has_value());
  EXPECT_FALSE(parse_date("2018-06-18T25:00:00Z").has_value());
}

TEST_F(QueryTest, TaskGroup) {
  EXPECT_TRUE(holds("task:group in [service:db, service:web]"));
  EXPECT_TRUE(holds("task:group =~ service:.*"));
  EXPECT_FALSE(holds("task:group =~ family:.*"));
  EXPECT_TRUE(holds("task:group exists"));
  EXPECT_FALSE(holds("task:group != service:web"));
}

TEST_F(QueryTest, MistakesPointAtTheirCharacter) {
  EXPECT_EQ(error("attribute:a == )"),
            "Invalid expression: unexpected ')' at character 16: expected a value");
  EXPECT_EQ(error("attribute:a == 1 )"),
            "Invalid expression: unexpected ')' at character 18: expected 'and', 'or' or the end");
  EXPECT_EQ(error("attribute:a"),
            "Invalid expression: the expression ends at character 12: expected an operator");
  EXPECT_EQ(
      error(""),
      "Invalid expression: the expression ends at character 1: expected a subject such as attribute:NAME");
  EXPECT_EQ(error("(attribute:a == 1"),
            "Invalid expression: the expression ends at character 18: expected ')'");
  EXPECT_EQ(
      error("stack == prod"),
      "Invalid expression: unknown subject 'stack' (attributes are written attribute:NAME) at character 1");
  EXPECT_EQ(error("attribute: == prod"),
            "Invalid expression: expected the name of an attribute at character 11");
  EXPECT_EQ(error("attribute:a in x"), "Invalid expression: unexpected 'x' at character 16: expected '['");
  EXPECT_EQ(error("attribute:a in []"),
            "Invalid expression: unexpected ']' at character 17: expected a value");
  EXPECT_EQ(error("attribute:a == 'x"),
            "Invalid expression: the quote is not closed, opened at character 16");
  EXPECT_EQ(error("attribute:a = x"),
            "Invalid expression: unexpected '=' at character 13: expected an operator");
  EXPECT_EQ(error("agentConnected > true"),
            "Invalid expression: operator '>' is not valid for agentConnected at character 16");
  EXPECT_EQ(error("agentConnected == yes"), "Invalid expression: expected true or false at character 19");
  EXPECT_EQ(error("runningTasksCount < many"), "Invalid expression: expected a number at character 21");
  EXPECT_EQ(error("agentVersion < new"),
            "Invalid expression: expected a version such as 1.94.0 at character 16");
  EXPECT_EQ(error("registeredAt < June"),
            "Invalid expression: expected a date such as 2018-06-18T22:28:28+00:00 at character 16");
  EXPECT_EQ(error("attribute:a =~ '(x'"), "Invalid expression: expected ')' in the pattern at character 19");
  // Characters are counted, not bytes.
  EXPECT_EQ(error("attribute:\xC3\xA9 == )"),
            "Invalid expression: unexpected ')' at character 16: expected a value");
}

TEST_F(QueryTest, HasLimits) {
  EXPECT_EQ(parse_query(std::string(kQueryLengthMax + 1, ' ')).error().code, ErrorCode::too_large);
  EXPECT_NE(error(std::string(500, '(')).find("nested more than 32 deep"), std::string::npos);
  EXPECT_NE(error(std::string(500, '!')).find("nested more than 32 deep"), std::string::npos);
  std::string list = "attribute:a in [1";
  for (std::size_t i = 0; i < kQueryListMax; ++i) list += ",1";
  EXPECT_NE(error(list + "]").find("more than 200 arguments"), std::string::npos);
}

TEST_F(QueryTest, ExplainsTheComparisonThatDecided) {
  auto query =
      parse_query("attribute:weight == 9 and (attribute:stack == test or attribute:none exists)").value();
  SnapshotGroups groups(world_, 0);
  EXPECT_EQ(explain_mismatch(query, world_.at(0), {3, groups}),
            "attribute:stack == test, but it is prod; or attribute:none exists, but the instance has no such "
            "attribute");
}

// Each byte of an `a…a` keeps most of its states alive.
std::string costly_pattern() {
  return "'(?:a|b|ab|ba|aa|bb){1,60}c'";
}

TEST(QueryCost, IsCountedAndBounded) {
  InstanceView view;
  const std::string value(110, 'a');
  view.attributes = {{"x", value}};
  const Query query = parse_query("attribute:x =~ " + costly_pattern()).value();
  VectorSnapshot snapshot;
  snapshot.add(view);
  const SnapshotGroups groups(snapshot, 0);
  QueryBudget budget(200);
  QueryContext context{0, groups, &budget};
  evaluate(query, snapshot.at(0), context);
  EXPECT_TRUE(budget.exceeded());
  // From here on nothing is evaluated, and nothing is true, whatever the expression says.
  const std::uint64_t steps = budget.steps();
  EXPECT_FALSE(evaluate(parse_query("not(attribute:y exists)").value(), snapshot.at(0), context));
  EXPECT_LT(budget.steps(), steps + 100);
}

TEST(QueryCost, APatternIsMatchedWithAValueOnce) {
  VectorSnapshot snapshot;
  const std::string value(110, 'a');
  for (int i = 0; i < 300; ++i) {
    InstanceView view;
    view.arn = std::to_string(i);
    view.attributes = {{"x", value}};
    snapshot.add(view);
  }
  const Query query = parse_query("attribute:x =~ " + costly_pattern()).value();
  QueryBudget budget;
  for (std::size_t i = 0; i < snapshot.size(); ++i) {
    const SnapshotGroups groups(snapshot, i);
    evaluate(query, snapshot.at(i), {0, groups, &budget});
  }
  QueryBudget once;
  const SnapshotGroups groups(snapshot, 0);
  evaluate(query, snapshot.at(0), {0, groups, &once});
  EXPECT_LT(budget.steps(), once.steps() + 300 * 20);
}

TEST(QueryCost, PatternsOfAnExpressionAreBoundedTogether) {
  std::string text = "attribute:x =~ (abcdefgh){200}";
  EXPECT_TRUE(parse_query(text).ok());
  for (int i = 0; i < 3; ++i) text += " or attribute:x =~ (abcdefgh){200}";
  const auto refused = parse_query(text);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("4000 states"), std::string::npos) << refused.error().message;
}

TEST(QueryCost, ExplanationsAreBounded) {
  std::string text = "attribute:x == 0";
  while (text.size() < 1'900) text += " or attribute:x == 0";
  InstanceView view;
  const std::string value(1'000, 'v');
  view.attributes = {{"x", value}};
  VectorSnapshot snapshot;
  snapshot.add(view);
  const SnapshotGroups groups(snapshot, 0);
  EXPECT_LE(explain_mismatch(parse_query(text).value(), snapshot.at(0), {0, groups}).size(),
            kMismatchBytesMax);
}

}  // namespace
}  // namespace berth::placement
