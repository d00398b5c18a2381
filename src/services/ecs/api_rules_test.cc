// Goal: every rule of docs/api-rules.md holds as it is written there. Method: each row of its tables names a
// request of testdata/api_rules.txt, which goes through decoding and handler; code and words are compared
// with the row.
#include <fstream>
#include <map>

#include "base/text.h"
#include "services/ecs/testing.h"

namespace berth::services::ecs::testing {
namespace {

struct Rule {
  std::string code;  ///< "accepted", or the exception.
  std::string words;
};

struct Request {
  std::string name;
  std::string operation;
  std::string members;
};

// "| `NAME` | member | rule | answer | words |" → NAME, answer and words.
std::map<std::string, Rule> documented_rules() {
  std::map<std::string, Rule> rules;
  std::ifstream in(BERTH_API_RULES_DOC);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    for (std::size_t at = 1; at < line.size();) {
      auto end = line.find('|', at);
      while (end != std::string::npos && line[end - 1] == '\\') end = line.find('|', end + 1);
      cells.emplace_back(trim(std::string_view(line).substr(at, end - at)));
      at = end == std::string::npos ? line.size() : end + 1;
    }
    if (cells.size() < 5) continue;
    const std::string name = cells[0].substr(1, cells[0].size() - 2);
    EXPECT_TRUE(rules.emplace(name, Rule{cells[3], cells[4]}).second) << name << " stands twice";
  }
  return rules;
}

std::vector<Request> requests() {
  std::vector<Request> all;
  std::ifstream in(BERTH_API_RULES_REQUESTS);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto first = line.find(' '), second = line.find(' ', first + 1);
    all.push_back(
        {line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return all;
}

std::string repeated(const std::string& item, int times) {
  std::string list = "[" + item;
  for (int i = 1; i < times; ++i) list += "," + item;
  return list + "]";
}

// What is too long to be written out.
std::string expanded(std::string text) {
  std::string eleven = "[";
  for (int i = 0; i < 11; ++i)
    eleven += std::string(i == 0 ? "" : ",") + R"({"name":"c)" + std::to_string(i) +
              R"(","image":"busybox","memory":8})";
  const std::pair<std::string, std::string> replacements[] = {
      {"@256@", std::string(256, 'a')},
      {"@70000@", std::string(70'000, 'x')},
      {"\"@eleven@\"", eleven + "]"},
      {"\"@eleven-files@\"", repeated(R"({"type":"s3","value":"arn:aws:s3:::b/web.env"})", 11)},
      {"\"@eleven-constraints@\"", repeated(R"({"type":"memberOf","expression":"task:group == a"})", 11)}};
  for (const auto& [from, to] : replacements)
    if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

JsonObject object_of(std::string_view text) {
  return parse_json(text).value().get_object();
}

void merge(JsonObject& into, const JsonObject& members) {
  for (const auto& member : members) {
    if (member.value().is_null())
      into.erase(member.key());
    else
      into[member.key()] = member.value();
  }
}

// What a good request of the operation has.
JsonObject base_of(const std::string& operation) {
  if (operation == "RegisterTaskDefinition")
    return object_of(
        R"({"family":"rules","containerDefinitions":[{"name":"main","image":"busybox","memory":64}]})");
  if (operation == "RunTask") return object_of(R"({"cluster":"c","taskDefinition":"web"})");
  if (operation == "CreateService")
    return object_of(R"({"cluster":"c","serviceName":"new","taskDefinition":"web","desiredCount":1})");
  if (operation == "UpdateService") return object_of(R"({"cluster":"c","service":"s"})");
  return object_of(R"({"cluster":"c"})");
}

class ApiRules : public HandlersTest, public ::testing::WithParamInterface<Request> {
 protected:
  ApiRules() {
    add_operations(table_, deps_);
    create("c");
    create("other");
    enrol_connected("c");
    define("web");
    define("old");
    must(deregister_task_definition, {.task_definition = "old:1"});
    make("RegisterTaskDefinition", R"({"family":"sized","memory":"256"})");
    make("CreateService", R"({"serviceName":"s"})");
    make("CreateService", R"({"serviceName":"daemon","schedulingStrategy":"DAEMON","desiredCount":null})");
    make("CreateService", R"({"serviceName":"leaving"})");
    must(delete_service, {.cluster = "c", .service = "leaving", .force = true});
  }
  void make(const std::string& operation, const std::string& members) {
    const auto made = send(operation, members);
    ASSERT_TRUE(made.ok()) << made.error().message;
  }
  ApiResult<std::string> send(const std::string& operation, const std::string& members) {
    JsonObject body = base_of(operation);
    JsonObject given = object_of(expanded(members));
    if (const auto* container = given.if_contains("container")) {
      merge(body["containerDefinitions"].get_array()[0].get_object(), container->get_object());
      given.erase("container");
    }
    merge(body, given);
    const auto* entry = table_.find("ecs", operation);
    check(entry != nullptr, "the operation of a row must be there");
    const std::string text = render_json(body);
    api::CallParts parts = new_parts();
    const api::Call one(runtime_, parts);
    Exchange exchange{store_, turns_};
    return runtime::block_on(executor(), entry->invoke(exchange, one, api::RawRequest{text, nullptr}));
  }
  api::OperationTable table_;
};

TEST_P(ApiRules, Hold) {
  const auto rules = documented_rules();
  const auto rule = rules.find(GetParam().name);
  ASSERT_NE(rule, rules.end()) << GetParam().name << " is not in docs/api-rules.md";
  const auto answer = send(GetParam().operation, GetParam().members);
  std::string words = rule->second.words;
  if (rule->second.code == "accepted") {
    ASSERT_TRUE(answer.ok()) << answer.error().code << ": " << answer.error().message;
    for (auto at = words.find('`'); at != std::string::npos;) {
      const auto end = words.find('`', at + 1);
      EXPECT_THAT(*answer, ::testing::HasSubstr(words.substr(at + 1, end - at - 1)));
      at = words.find('`', end + 1);
    }
    return;
  }
  ASSERT_FALSE(answer.ok()) << *answer;
  EXPECT_EQ(answer.error().code, rule->second.code) << answer.error().message;
  constexpr std::string_view kGoesOn = "…";
  if (words.ends_with(kGoesOn))
    EXPECT_THAT(answer.error().message,
                ::testing::StartsWith(std::string(trim(words.substr(0, words.size() - kGoesOn.size())))));
  else
    EXPECT_EQ(answer.error().message, words);
}

INSTANTIATE_TEST_SUITE_P(EachRow, ApiRules, ::testing::ValuesIn(requests()),
                         [](const auto& row) { return row.param.name; });

TEST(ApiRulesDocument, HasARequestForEachRow) {
  auto rules = documented_rules();
  ASSERT_FALSE(rules.empty()) << BERTH_API_RULES_DOC;
  for (const auto& request : requests()) rules.erase(request.name);
  for (const auto& [name, rule] : rules) ADD_FAILURE() << name << " has no request";
}

}  // namespace
}  // namespace berth::services::ecs::testing
