#include "auth/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::auth {
namespace {

constexpr const char* kDefault = "arn:aws:ecs:us-east-1:123456789012:cluster/default";

std::string statement(const std::string& members) {
  return R"({"Version":"2012-10-17","Statement":{)" + members + "}}";
}
std::string allow(const std::string& action, const std::string& resource, const std::string& condition = "") {
  return statement(R"("Effect":"Allow","Action":")" + action + R"(","Resource":")" + resource + "\"" +
                   (condition.empty() ? "" : R"(,"Condition":)" + condition));
}

Verdict ask(const std::vector<std::string>& documents, std::string_view action,
            const std::vector<std::string>& resources, const PolicyContext& context = {}) {
  std::vector<Policy> policies;
  for (const std::string& document : documents) {
    auto policy = parse_policy(document);
    EXPECT_TRUE(policy.ok()) << document << policy.error().message;
    policies.push_back(std::move(*policy));
  }
  std::vector<const Policy*> pointers;
  for (const Policy& policy : policies) pointers.push_back(&policy);
  return evaluate(pointers, {action, resources, context}).verdict;
}
bool allows(const std::string& document, std::string_view action, const std::vector<std::string>& resources,
            const PolicyContext& context = {}) {
  return ask({document}, action, resources, context) == Verdict::allowed;
}

// Goal: the guide's order of effects, whatever the order of the statements and policies.
TEST(Evaluate, DefaultDenyThenAllowThenDeny) {
  const std::string all = allow("*", "*");
  const std::string deny = statement(R"("Effect":"Deny","Action":"ecs:DeleteCluster","Resource":"*")");
  EXPECT_EQ(ask({}, "ecs:ListClusters", {"*"}), Verdict::implicitly_denied);
  EXPECT_EQ(ask({all}, "ecs:DeleteCluster", {kDefault}), Verdict::allowed);
  EXPECT_EQ(ask({all, deny}, "ecs:DeleteCluster", {kDefault}), Verdict::explicitly_denied);
  EXPECT_EQ(ask({deny, all}, "ecs:DeleteCluster", {kDefault}), Verdict::explicitly_denied);
  EXPECT_EQ(ask({deny, all}, "ecs:CreateCluster", {"*"}), Verdict::allowed);
}

TEST(Evaluate, NamesTheStatementThatDecided) {
  const auto first = parse_policy(allow("ecs:List*", "*"));
  const auto second = parse_policy(
      R"({"Statement":[{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*"},{"Effect":"Deny","Action":"ecs:*","Resource":"*"}]})");
  const Policy* both[] = {&*first, &*second};
  const std::vector<std::string> any{"*"};
  const PolicyDecision decision = evaluate(both, {"ecs:RunTask", any, {}});
  EXPECT_EQ(decision.statement, (std::pair<std::size_t, std::size_t>{1, 1}));
  const Policy* one[] = {&*first};
  EXPECT_EQ(evaluate(one, {"ecs:ListTasks", any, {}}).statement, (std::pair<std::size_t, std::size_t>{0, 0}));
  EXPECT_FALSE(evaluate(one, {"ecs:RunTask", any, {}}).statement);
}

TEST(Evaluate, ActionsIgnoreCaseAndKnowWildcards) {
  for (const char* pattern :
       {"ecs:RunTask", "ECS:runtask", "ecs:Run*", "ecs:*", "*", "ecs:R?nTask", "e*s:*Task"})
    EXPECT_TRUE(allows(allow(pattern, "*"), "ecs:RunTask", {"*"})) << pattern;
  for (const char* pattern : {"ecs:Run", "ec2:RunTask", "ecs:RunTask?", "ecs:List*"})
    EXPECT_FALSE(allows(allow(pattern, "*"), "ecs:RunTask", {"*"})) << pattern;
}

TEST(Evaluate, ResourcesInEitherSpelling) {
  const std::vector<std::string> task{"arn:aws:ecs:us-east-1:123456789012:task/default/0123",
                                      "arn:aws:ecs:us-east-1:123456789012:task/0123"};
  EXPECT_TRUE(
      allows(allow("ecs:StopTask", "arn:aws:ecs:us-east-1:123456789012:task/0123"), "ecs:StopTask", task));
  EXPECT_TRUE(allows(allow("ecs:StopTask", "arn:aws:ecs:us-east-1:123456789012:task/default/*"),
                     "ecs:StopTask", task));
  EXPECT_TRUE(allows(allow("ecs:StopTask", "arn:aws:ecs:*"), "ecs:StopTask", task));
  EXPECT_FALSE(
      allows(allow("ecs:StopTask", "arn:aws:ecs:us-east-1:123456789012:task/4567"), "ecs:StopTask", task));
}

TEST(Evaluate, NotActionAndNotResource) {
  const std::string policy = statement(R"("Effect":"Allow","NotAction":["ecs:Delete*"],"NotResource":")" +
                                       std::string(kDefault) + '"');
  EXPECT_TRUE(allows(policy, "ecs:UpdateCluster", {"arn:aws:ecs:us-east-1:123456789012:cluster/other"}));
  EXPECT_FALSE(allows(policy, "ecs:DeleteCluster", {"arn:aws:ecs:us-east-1:123456789012:cluster/other"}));
  EXPECT_FALSE(allows(policy, "ecs:UpdateCluster", {kDefault}));
}

TEST(Evaluate, VariablesMatchThemselvesOnly) {
  const std::string policy = allow("ecs:*", "arn:aws:ecs:us-east-1:123456789012:cluster/${aws:UserName}");
  const std::vector<std::string> mine{"arn:aws:ecs:us-east-1:123456789012:cluster/ann"};
  EXPECT_TRUE(allows(policy, "ecs:DeleteCluster", mine, {{"aws:username", {"ann"}}}));
  EXPECT_FALSE(allows(policy, "ecs:DeleteCluster", mine, {{"aws:username", {"bob"}}}));
  EXPECT_FALSE(allows(policy, "ecs:DeleteCluster", mine, {{"aws:username", {"*"}}}))
      << "a user called '*' is no wildcard";
  EXPECT_FALSE(allows(policy, "ecs:DeleteCluster", mine));
  EXPECT_FALSE(allows(R"({"Version":"2008-10-17",)" + policy.substr(policy.find("\"Statement")),
                      "ecs:DeleteCluster", mine, {{"aws:username", {"ann"}}}));
}

// Goal: each operator's answer to a value that fits, one that does not, and none at all.
TEST(Conditions, Operators) {
  struct Row {
    const char* op;
    const char* wanted;
    const char* fits;
    const char* not_fits;
    bool absent = false;
  };
  const Row rows[] = {
      {"StringEquals", "a", "a", "A"},
      {"StringNotEquals", "a", "b", "a", true},
      {"StringEqualsIfExists", "a", "a", "b", true},
      {"StringEqualsIgnoreCase", "a", "A", "b"},
      {"StringLike", "a*c?", "abcd", "abc"},
      {"StringEquals", "a*", "a*", "ab"},
      {"ArnEquals", "arn:aws:ecs:*:1:cluster/*", "arn:aws:ecs:r:1:cluster/x", "arn:aws:ecs:r:2:cluster/x"},
      {"ArnLike", "arn:aws:ecs:r*:1:c", "arn:aws:ecs:r1:1:c", "arn:aws:ecs:r:9:1:c"},
      {"ArnNotLike", "arn:aws:ecs:r:1:c", "arn:aws:ecs:r:1:d", "arn:aws:ecs:r:1:c", true},
      {"Bool", "true", "true", "false"},
      {"IpAddress", "10.1.0.0/16", "10.1.255.3", "10.2.0.1"},
      {"IpAddress", "2001:db8::/32", "2001:db8:1::1", "10.1.0.1"},
      {"NotIpAddress", "10.1.2.3", "10.1.2.4", "10.1.2.3", true},
      {"NumericLessThanEquals", "10", "10", "10.5"},
      {"NumericGreaterThan", "10", "11", "ten"},
      {"NumericNotEquals", "1", "2", "1.0", true},
      {"DateLessThan", "2026-11-20T12:00:00Z", "2026-11-20T11:59:59Z", "2026-11-20T12:00:00Z"},
      {"DateGreaterThanEquals", "2026-11-20", "1795132800", "1795132799"},
      {"ForAnyValue:StringEquals", "a", "a", "b", false},
      {"ForAllValues:StringEquals", "a", "a", "b", true}};
  for (const Row& row : rows) {
    const std::string policy =
        allow("*", "*", std::string("{\"") + row.op + R"(":{"Test:KEY":[")" + row.wanted + R"("]}})");
    EXPECT_TRUE(allows(policy, "ecs:RunTask", {"*"}, {{"test:key", {row.fits}}}))
        << row.op << ' ' << row.fits;
    EXPECT_FALSE(allows(policy, "ecs:RunTask", {"*"}, {{"test:key", {row.not_fits}}}))
        << row.op << ' ' << row.not_fits;
    EXPECT_EQ(allows(policy, "ecs:RunTask", {"*"}), row.absent) << row.op << " without the key";
  }
}

TEST(Conditions, NullAsksForPresence) {
  const std::string absent = allow("*", "*", R"({"Null":{"ecs:cluster":"true"}})");
  const std::string present = allow("*", "*", R"({"Null":{"ecs:cluster":false}})");
  EXPECT_TRUE(allows(absent, "a:b", {"*"}));
  EXPECT_FALSE(allows(absent, "a:b", {"*"}, {{"ecs:cluster", {"x"}}}));
  EXPECT_FALSE(allows(present, "a:b", {"*"}));
  EXPECT_TRUE(allows(present, "a:b", {"*"}, {{"ecs:cluster", {"x"}}}));
}

TEST(Conditions, SeveralOperatorsKeysAndValues) {
  const std::string policy =
      allow("*", "*", R"({"StringEquals":{"k":["a","b"],"l":"c"},"Bool":{"aws:SecureTransport":true}})");
  const PolicyContext good{{"k", {"b"}}, {"l", {"c"}}, {"aws:securetransport", {"true"}}};
  EXPECT_TRUE(allows(policy, "a:b", {"*"}, good));
  for (const char* key : {"k", "l", "aws:securetransport"}) {
    PolicyContext context = good;
    context[key] = {"other"};
    EXPECT_FALSE(allows(policy, "a:b", {"*"}, context)) << key;
  }
}

TEST(Conditions, KeysOfSeveralValues) {
  const PolicyContext two{{"k", {"a", "b"}}};
  const auto holds = [&](const std::string& op, const std::string& value) {
    return allows(allow("*", "*", "{\"" + op + R"(":{"k":")" + value + "\"}}"), "a:b", {"*"}, two);
  };
  EXPECT_TRUE(holds("StringEquals", "a"));
  EXPECT_FALSE(holds("StringNotEquals", "a"));
  EXPECT_TRUE(holds("ForAnyValue:StringNotEquals", "a"));
  EXPECT_FALSE(holds("ForAllValues:StringEquals", "a"));
  EXPECT_TRUE(holds("ForAllValues:StringLike", "?"));
}

// Goal: what is no policy is refused with the element's name, and nothing is passed over.
TEST(ParsePolicy, Refuses) {
  const std::pair<std::string, const char*> cases[] = {
      {"{", "not JSON"},
      {"[]", "must be a JSON object"},
      {"{}", "no Statement"},
      {R"({"Statement":[]})", "Statement is empty"},
      {R"({"Version":"2012","Statement":{}})", "Version must be"},
      {statement(R"("Effect":"allow","Action":"*","Resource":"*")"), "Effect must be"},
      {statement(R"("Effect":"Allow","Resource":"*")"), "either Action or NotAction"},
      {statement(R"("Effect":"Allow","Action":"*","NotAction":"*","Resource":"*")"),
       "either Action or NotAction"},
      {statement(R"("Effect":"Allow","Action":"*")"), "either Resource or NotResource"},
      {statement(R"("Effect":"Allow","Action":[],"Resource":"*")"), "Action is empty"},
      {statement(R"("Effect":"Allow","Action":[1],"Resource":"*")"), "Action must be a string"},
      {allow("RunTask", "*"), "Action 'RunTask'"},
      {allow("ecs>RunTask", "*"), "Action 'ecs>RunTask'"},
      {allow("ecs:*", "cluster/default"), "Resource 'cluster/default'"},
      {allow("ecs:*", "*", R"({"StringEqual":{"k":"v"}})"), "'StringEqual' is not an operator"},
      {allow("ecs:*", "*", R"({"StringEquals":"v"})"), "Condition StringEquals must be an object"},
      {allow("ecs:*", "*\\u0001"), "control character"},
      {statement(R"("Effect":"Allow","Action":"*","Resource":"*","Conditions":{})"),
       "'Conditions' is not an element"},
      {statement(R"("Effect":"Allow","Action":"*","Resource":"*","Principal":"*")"),
       "cannot have a Principal"},
      {allow("ecs:*", "*", R"({"NumericEquals":{"k":"ten"}})"), "'ten' is not a value of its operator"},
      {allow("ecs:*", "*", R"({"DateLessThan":{"k":"soon"}})"), "'soon' is not a value of its operator"},
      {allow("ecs:*", "*", R"({"IpAddress":{"k":"10.0.0.0/33"}})"), "is not a value of its operator"},
      {allow("ecs:*", "*", R"({"Bool":{"k":"yes"}})"), "'yes' is not a value of its operator"},
      {R"({"Statement":{},"Statements":[]})", "'Statements' is not an element of a policy"},
      {R"({"Statement":[{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"},)"
       R"({"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}]})",
       "must be unique: 'A'"},
      {R"({"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},7]})",
       "Statement 2: A statement must be"},
      {std::string(kPolicyBytesMax + 1, ' '), "longer than"}};
  for (const auto& [document, message] : cases) {
    const auto policy = parse_policy(document);
    ASSERT_FALSE(policy.ok()) << document;
    EXPECT_THAT(policy.error().message, testing::HasSubstr(message)) << document;
  }
}

// Goal: the names that the guide misprints are read as meant, with a warning; nothing else is.
TEST(ParsePolicy, GuidesMisprints) {
  const std::string family = "arn:aws:ecs::us-east-1:123456789012:task-definition/web:*";
  const auto policy = parse_policy(allow("ecs:RunTask", family));
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ(policy->warnings.size(), 1u);
  EXPECT_TRUE(allows(allow("ecs:RunTask", family), "ecs:RunTask",
                     {"arn:aws:ecs:us-east-1:123456789012:task-definition/web:3"}));
  for (const auto& [printed, meant] : {std::pair{"ecs>DeleteCluster", "ecs:DeleteCluster"},
                                       {"ecs:DescribeCluster", "ecs:DescribeClusters"},
                                       {"ecs:DescribeContainerInstance", "ecs:DescribeContainerInstances"},
                                       {"ecs:DescribeTask", "ecs:DescribeTasks"}})
    EXPECT_TRUE(allows(allow(printed, "*"), meant, {"*"})) << printed;
  EXPECT_FALSE(allows(allow("ecs:DescribeService", "*"), "ecs:DescribeServices", {"*"}));
  EXPECT_FALSE(parse_policy(allow("ecs>DeleteCluster", "*"), PolicyKind::identity, Errata::strict).ok());
  EXPECT_TRUE(parse_policy(allow("ecs:*", "arn:aws:ecs::123456789012:cluster/a:b-c"))->warnings.empty());
}

TEST(Conditions, WhatCannotBeToldNeverAllowsAndDoesDeny) {
  const std::string condition = R"({"NumericLessThan":{"k":"10"}})";
  const PolicyContext odd{{"k", {"many"}}};
  EXPECT_FALSE(allows(allow("*", "*", condition), "a:b", {"*"}, odd));
  const std::string deny =
      statement(R"("Effect":"Deny","Action":"*","Resource":"*","Condition":)" + condition);
  EXPECT_EQ(ask({allow("*", "*"), deny}, "a:b", {"*"}, odd), Verdict::explicitly_denied);
  EXPECT_EQ(ask({allow("*", "*"), deny}, "a:b", {"*"}, {{"k", {"11"}}}), Verdict::allowed);
}

TEST(Conditions, BytesAreComparedAsBytes) {
  const std::string policy = allow("*", "*", R"({"BinaryEquals":{"k":"aGk="}})");
  EXPECT_TRUE(allows(policy, "a:b", {"*"}, {{"k", {"aGk="}}}));
  EXPECT_FALSE(allows(policy, "a:b", {"*"}, {{"k", {"aGo="}}}));
}

TEST(Evaluate, VariablesHaveDefaults) {
  const std::string policy = allow("s3:*", "arn:aws:s3:::b/${aws:username, 'guest'}/*");
  EXPECT_TRUE(allows(policy, "s3:GetObject", {"arn:aws:s3:::b/guest/x"}));
  EXPECT_TRUE(allows(policy, "s3:GetObject", {"arn:aws:s3:::b/ann/x"}, {{"aws:username", {"ann"}}}));
  EXPECT_FALSE(allows(policy, "s3:GetObject", {"arn:aws:s3:::b/guest/x"}, {{"aws:username", {"ann"}}}));
  EXPECT_TRUE(allows(allow("s3:*", "arn:aws:s3:::b/${*}${?}${$}"), "s3:GetObject", {"arn:aws:s3:::b/*?$"}));
}

TEST(Evaluate, AVariableThatIsNotThereMatchesNothing) {
  const std::string other =
      statement(R"("Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::b/${aws:username}")");
  EXPECT_FALSE(allows(other, "s3:GetObject", {"arn:aws:s3:::b/x"}));
  EXPECT_TRUE(allows(other, "s3:GetObject", {"arn:aws:s3:::b/x"}, {{"aws:username", {"ann"}}}));
}

TEST(Evaluate, WildcardsStayWithinTheFirstFivePartsOfAnArn) {
  const std::vector<std::string> bucket{"arn:aws:s3:::b/a:b/c"};
  EXPECT_TRUE(allows(allow("*", "arn:aws:s3:::b/*"), "s3:GetObject", bucket));
  EXPECT_TRUE(allows(allow("*", "arn:*:s3:*:*:b*"), "s3:GetObject", bucket));
  EXPECT_FALSE(allows(allow("*", "arn:aws:*:b/a:b/c:x"), "s3:GetObject", bucket));
  const std::vector<std::string> task{"arn:aws:ecs:us-east-1:123456789012:task/c/1"};
  EXPECT_FALSE(allows(allow("*", "arn:aws:ecs:*:task/c/1:*:*"), "ecs:StopTask", task));
  EXPECT_TRUE(allows(allow("*", "arn:aws:ecs:us-*"), "ecs:StopTask", task));
}

TEST(Evaluate, ActionsWithoutResourcesNeedTheStar) {
  EXPECT_FALSE(allows(allow("*", "arn:aws:s3:::*"), "s3:ListAllMyBuckets", {"*"}));
  EXPECT_TRUE(allows(allow("*", "*"), "s3:ListAllMyBuckets", {"*"}));
}

TEST(MatchesWildcard, LongRunsStayQuick) {
  const std::string text(2000, 'a');
  EXPECT_FALSE(matches_wildcard("*a*a*a*a*a*a*a*a*b", text));
  EXPECT_TRUE(matches_wildcard("*a*a*a*a*a*a*a*a*", text));
  EXPECT_TRUE(matches_wildcard("", ""));
  EXPECT_FALSE(matches_wildcard("?", ""));
}

}  // namespace
}  // namespace berth::auth
