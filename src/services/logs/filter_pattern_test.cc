// Goal: filter patterns choose what the documentation of CloudWatch Logs says. Method: a table of patterns
// with events that match and events that do not; its examples are the documentation's where it has any.
#include "services/logs/filter_pattern.h"

#include <gtest/gtest.h>

namespace berth::services::logs {
namespace {

struct Case {
  std::string pattern;
  std::vector<std::string> match, differ;
};

void check_all(const std::vector<Case>& cases) {
  for (const auto& one : cases) {
    const auto pattern = parse_filter_pattern(one.pattern);
    ASSERT_TRUE(pattern.ok()) << one.pattern << ": " << pattern.error().message;
    const auto matches = [&](const std::string& text) {
      return !pattern->matcher || pattern->matcher->matches(text);
    };
    for (const auto& text : one.match) EXPECT_TRUE(matches(text)) << one.pattern << " on " << text;
    for (const auto& text : one.differ) EXPECT_FALSE(matches(text)) << one.pattern << " on " << text;
  }
}

TEST(FilterPattern, TermsAreRequiredOptionalOrExcluded) {
  const std::string bad = "[ERROR 400] BAD REQUEST", unauthorised = "[ERROR 401] UNAUTHORIZED REQUEST",
                    lost = "[ERROR 419] MISSING ARGUMENTS", warning = "[WARN] low";
  check_all({{"", {bad, ""}, {}},
             {"   ", {bad}, {}},
             {"ERROR", {bad, "NullERROR"}, {warning, "error"}},
             {"ERROR ARGUMENTS", {lost}, {bad, unauthorised}},
             {"?ERROR ?WARN", {bad, warning}, {"[INFO] x"}},
             {"ERROR -ARGUMENTS", {bad, unauthorised}, {lost}},
             {"\"BAD REQUEST\"", {bad}, {"REQUEST BAD"}},
             {R"("say \"x\"")", {R"(say "x")"}, {"say x"}},
             {"-\"a b\"", {"ab"}, {"a b"}},
             {"?ERROR WARN", {warning}, {bad}}});
}

TEST(FilterPattern, FieldsAreComparedWhereTheyStand) {
  const std::string line =
      R"(127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534)";
  check_all({{"[ip, user, username, timestamp, request, status_code, bytes]", {line}, {"a b c"}},
             {"[ip, user, username, timestamp, request, status_code = 4*, bytes]", {line}, {}},
             {"[ip, user, username, timestamp, request, status_code = 5*, bytes]", {}, {line}},
             {"[..., status_code >= 400, bytes]", {line}, {}},
             {"[..., bytes > 2000]", {}, {line}},
             {"[ip = 127.0.0.1, ...]", {line}, {"10.0.0.1 x"}},
             {"[..., request = \"*index.html*\", status = 404 || status = 410, bytes]", {line}, {}},
             {"[..., status >= 400 && status < 404, bytes]", {}, {line}},
             {"[ip, ..., status != 404, bytes]", {}, {line}},
             {"[]", {""}, {line}}});
}

TEST(FilterPattern, JsonValuesAreSelectedAndCompared) {
  const std::string event = R"({"eventType":"UpdateTrail","sourceIPAddress":"111.111.111.111","n":-4.5e-1,
    "arrayKey":["value",{"a":1}],"objectList":[{"name":"a","id":1},{"name":"b","id":2}],"SomeObject":null,
    "ThisFlag":true,"code":400,"k.v":{"x":"y"}})";
  check_all(
      {{R"({ $.eventType = "UpdateTrail" })", {event}, {"{}", "UpdateTrail", "[1]"}},
       {R"({ $.eventType = Update* })", {event}, {}},
       {R"({ $.sourceIPAddress != 123.123.* })", {event}, {R"({"sourceIPAddress":"123.123.1.1"})", "{}"}},
       {R"({ $.arrayKey[0] = "value" })", {event}, {}},
       {R"({ $.objectList[1].id = 2 })", {event}, {}},
       {R"({ $.objectList[*].name = "b" })", {event}, {}},
       {R"({ $.objectList[*].name = "c" })", {}, {event}},
       {"{ $.SomeObject IS NULL }", {event}, {"{}"}},
       {"{ $.SomeOtherObject NOT EXISTS }", {event}, {R"({"SomeOtherObject":1})"}},
       {"{ $.ThisFlag IS TRUE }", {event}, {}},
       {"{ $.ThisFlag is false }", {}, {event}},
       {"{ $.n <= -0.45 && $.code >= 400 }", {event}, {}},
       {R"({ ($.code = 200 || $.code = 400) && $.eventType = "U*" })", {event}, {}},
       {R"({ $["k.v"].x = "y" })", {event}, {}},
       {R"({ $.code = "400" })", {}, {R"({"code":401})"}}});
}

TEST(FilterPattern, RefusesWhatItDoesNotUnderstand) {
  for (const char* text : {"a-b", "\"open", "%re%", "{ $.a }", "{ $.a = }", "{ $.a > x }", "{ a = 1 }",
                           "{ $.a = 1", "{ ($.a = 1 }", "{ $.a = 1 } x", "[a, b", "[a b]", "[..., ...]",
                           "[a = %x%]", "{ $.a[x] = 1 }", "{}", "{ $. = 1 }"}) {
    const auto parsed = parse_filter_pattern(text);
    EXPECT_FALSE(parsed.ok()) << text;
  }
  EXPECT_FALSE(parse_filter_pattern("{ " + std::string(500, '(') + "$.a = 1").ok());
}

TEST(FilterPattern, NamesTheTermsThatEveryEventHas) {
  EXPECT_EQ(parse_filter_pattern("a \"b c\" ?d -e")->terms, (std::vector<std::string>{"a", "b c"}));
  EXPECT_TRUE(parse_filter_pattern("?d ?e")->terms.empty());
}

}  // namespace
}  // namespace berth::services::logs
