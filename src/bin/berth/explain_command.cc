#include <fmt/format.h>

#include <charconv>

#include "bin/berth/commands.h"
#include "bin/berth/explain_text.h"
#include "bin/berth/words.h"

namespace berth::cli {
namespace {

constexpr const char* kExplainUsage = R"(berth explain task TASK [--output json]
berth explain service SERVICE [--output json]
berth explain placement --task-definition NAME [--count N] [--constraint RULE]... [--strategy RULE]... [--output json]

  --constraint   distinctInstance, or an expression of the cluster query language: "attribute:disk == ssd"
  --strategy     spread:FIELD, binpack:cpu, binpack:memory, random; in order
  --cluster      the cluster; default: default
)";

// distinctInstance, memberOf:EXPRESSION, or an expression; also type=…,expression=… as the AWS CLI writes it.
JsonObject constraint_of(std::string rule) {
  JsonObject object;
  if (rule.starts_with("type=")) {
    const auto comma = rule.find(",expression=");
    object["type"] = rule.substr(5, comma == std::string::npos ? comma : comma - 5);
    if (comma != std::string::npos) object["expression"] = rule.substr(comma + 12);
    return object;
  }
  if (rule == "distinctInstance") {
    object["type"] = rule;
    return object;
  }
  if (rule.starts_with("memberOf:")) rule = rule.substr(9);
  object["type"] = "memberOf";
  object["expression"] = rule;
  return object;
}

// spread:FIELD; also type=…,field=… as the AWS CLI writes it.
JsonObject strategy_of(const std::string& rule) {
  JsonObject object;
  const bool long_form = rule.starts_with("type=");
  const auto split = long_form ? rule.find(",field=") : rule.find(':');
  object["type"] =
      rule.substr(long_form ? 5 : 0, split == std::string::npos ? split : split - (long_form ? 5 : 0));
  if (split != std::string::npos) object["field"] = rule.substr(split + (long_form ? 7 : 1));
  return object;
}

struct Call {
  std::string operation;
  JsonObject request;
};

Result<Call> placement_call(const Words& words) {
  Call call{"ExplainPlacement", {}};
  const auto definition = words.option("task-definition");
  if (definition.empty()) return invalid("explain placement needs --task-definition");
  call.request["taskDefinition"] = definition;
  if (const auto text = words.option("count"); !text.empty()) {
    std::int32_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || end != text.data() + text.size()) return invalid("--count needs a number");
    call.request["count"] = count;
  }
  JsonArray constraints, strategies;
  for (const auto& rule : words.all("constraint")) constraints.push_back(constraint_of(rule));
  for (const auto& rule : words.all("strategy")) strategies.push_back(strategy_of(rule));
  if (!constraints.empty()) call.request["placementConstraints"] = std::move(constraints);
  if (!strategies.empty()) call.request["placementStrategy"] = std::move(strategies);
  return call;
}

Result<Call> call_of(const Words& words) {
  const auto& plain = words.plain;
  if (plain.size() == 2 && plain[0] == "task") {
    Call call{"ExplainTask", {}};
    call.request["task"] = plain[1];
    return call;
  }
  if (plain.size() == 2 && plain[0] == "service") {
    Call call{"ExplainService", {}};
    call.request["service"] = plain[1];
    return call;
  }
  if (plain.size() == 1 && plain[0] == "placement") return placement_call(words);
  return invalid("explain what?");
}

}  // namespace

Async<int> explain(CommandContext& context, std::vector<std::string> arguments) {
  if (!arguments.empty() && (arguments[0] == "help" || arguments[0] == "--help")) {
    fmt::print("{}", kExplainUsage);
    co_return 0;
  }
  auto words = split_words(arguments, {"output", "task-definition", "count", "constraint", "strategy"});
  Result<Call> call = words ? call_of(*words) : Result<Call>(words.error());
  const auto output = words ? words->option("output", "table") : std::string();
  if (!call || (output != "table" && output != "json")) {
    fmt::print(stderr, "berth: {}\n{}", call ? "--output is table or json" : call.error().message,
               kExplainUsage);
    co_return 2;
  }
  auto credentials = read_credentials(context.files, context.installation);
  if (!credentials) co_return fail(credentials.error());
  ApiClient client(context.installation, *credentials, context.runtime, context.executor);
  call->request["cluster"] = context.installation.cluster;
  std::string operation = "Berth_20260101." + call->operation;
  auto answer = co_await client.call(std::move(operation), std::move(call->request));
  if (!answer) co_return fail(answer.error());
  const auto* text = answer->is_object() ? answer->get_object().if_contains("document") : nullptr;
  if (!text || !text->is_string()) co_return fail(invalid("the answer has no document"));
  const std::string document(text->get_string());
  auto parsed = parse_json(document);
  if (!parsed || !parsed->is_object())
    co_return fail(invalid("the document of the answer is no JSON object"));
  fmt::print("{}", output == "json" ? document + "\n" : render_explanation(parsed->get_object()));
  co_return 0;
}

}  // namespace berth::cli
