#include "auth/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/json.h"

namespace berth::auth {
namespace {

std::string_view view_of(const JsonString& text) {
  return {text.data(), text.size()};
}

// A string or a list of strings; booleans and numbers too where conditions allow them.
enum class Scalars { strings, any };
Result<std::vector<std::string>> read_texts(const JsonValue& value, std::string_view name, Scalars scalars) {
  std::vector<std::string> texts;
  const auto read_one = [&](const JsonValue& one) {
    if (one.is_string())
      texts.emplace_back(view_of(one.get_string()));
    else if (scalars == Scalars::any && (one.is_bool() || one.is_number()))
      texts.push_back(render_json(one));
    else
      return false;
    return true;
  };
  bool fine = true;
  if (value.is_array())
    for (const JsonValue& one : value.get_array()) fine = fine && read_one(one);
  else
    fine = read_one(value);
  if (!fine) return invalid(fmt::format("{} must be a string or a list of strings.", name));
  for (const std::string& text : texts)
    if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }))
      return invalid(fmt::format("{} holds a control character.", name));
  if (texts.empty()) return invalid(fmt::format("{} is empty.", name));
  return texts;
}

void read_action_as_meant(std::string& action, Policy& policy) {
  constexpr std::pair<std::string_view, std::string_view> kMeant[] = {
      {"ecs>DeleteCluster", "ecs:DeleteCluster"},
      {"ecs:DescribeCluster", "ecs:DescribeClusters"},
      {"ecs:DescribeContainerInstance", "ecs:DescribeContainerInstances"},
      {"ecs:DescribeTask", "ecs:DescribeTasks"}};
  for (const auto& [printed, meant] : kMeant) {
    if (action != printed) continue;
    policy.warnings.push_back(fmt::format("Action '{}' is read as '{}'.", printed, meant));
    action = meant;
    return;
  }
}

// arn:aws:ecs::REGION:ACCOUNT:RESOURCE has a colon too many; arn:aws:ecs::ACCOUNT:… is merely unusual.
void read_resource_as_meant(std::string& resource, Policy& policy) {
  constexpr std::string_view kPrinted = "arn:aws:ecs::";
  if (!resource.starts_with(kPrinted)) return;
  const std::string_view rest = std::string_view(resource).substr(kPrinted.size());
  const std::size_t region_end = rest.find(':');
  if (region_end == std::string_view::npos || rest.find(':', region_end + 1) == std::string_view::npos)
    return;
  if (rest.substr(0, region_end).find('-') == std::string_view::npos) return;
  std::string meant = "arn:aws:ecs:" + std::string(rest);
  policy.warnings.push_back(fmt::format("Resource '{}' is read as '{}'.", resource, meant));
  resource = std::move(meant);
}

bool is_action(std::string_view action) {
  if (action == "*") return true;
  const std::size_t colon = action.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == action.size()) return false;
  return std::all_of(action.begin(), action.end(),
                     [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                              c == '-' || c == '*' || c == '?' || c == ':';
                     }) &&
         action.find(':', colon + 1) == std::string_view::npos;
}

// The guide writes `arn:aws:ecs:*` too: a wildcard may stand for the parts that follow.
bool is_resource(std::string_view resource) {
  return resource == "*" ||
         (resource.starts_with("arn:") &&
          (std::count(resource.begin(), resource.end(), ':') >= 5 || resource.ends_with('*')));
}

Result<void> read_actions(const JsonObject& object, Statement& statement, Policy& policy, Errata errata) {
  const JsonValue* plain = object.if_contains("Action");
  const JsonValue* negated = object.if_contains("NotAction");
  if ((plain == nullptr) == (negated == nullptr))
    return invalid("A statement needs either Action or NotAction.");
  statement.not_action = negated != nullptr;
  auto texts = read_texts(plain != nullptr ? *plain : *negated, "Action", Scalars::strings);
  if (!texts) return texts.error();
  for (std::string& action : *texts) {
    if (errata == Errata::as_meant) read_action_as_meant(action, policy);
    if (!is_action(action))
      return invalid(fmt::format("Action '{}' must be of the form service:Operation.", action));
  }
  statement.actions = std::move(*texts);
  return {};
}

Result<void> read_resources(const JsonObject& object, Statement& statement, Policy& policy, Errata errata) {
  const JsonValue* plain = object.if_contains("Resource");
  const JsonValue* negated = object.if_contains("NotResource");
  if ((plain == nullptr) == (negated == nullptr))
    return invalid("A statement needs either Resource or NotResource.");
  statement.not_resource = negated != nullptr;
  auto texts = read_texts(plain != nullptr ? *plain : *negated, "Resource", Scalars::strings);
  if (!texts) return texts.error();
  for (std::string& resource : *texts) {
    if (errata == Errata::as_meant) read_resource_as_meant(resource, policy);
    if (!is_resource(resource))
      return invalid(fmt::format("Resource '{}' must be an ARN or \"*\".", resource));
  }
  statement.resources = std::move(*texts);
  return {};
}

Result<void> read_conditions(const JsonObject& object, Statement& statement) {
  const JsonValue* conditions = object.if_contains("Condition");
  if (conditions == nullptr) return {};
  if (!conditions->is_object()) return invalid("Condition must be an object.");
  for (const auto& by_operator : conditions->get_object()) {
    const std::string_view name(by_operator.key().data(), by_operator.key().size());
    const auto condition = parse_condition_operator(name);
    if (!condition) return condition.error();
    if (!by_operator.value().is_object())
      return invalid(fmt::format("Condition {} must be an object.", name));
    for (const auto& by_key : by_operator.value().get_object()) {
      Condition one = *condition;
      for (const char c : by_key.key())
        one.key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      auto values = read_texts(by_key.value(), fmt::format("Condition {} {}", name, one.key), Scalars::any);
      if (!values) return values.error();
      one.values = std::move(*values);
      statement.conditions.push_back(std::move(one));
    }
  }
  return {};
}

Result<Statement> read_statement(const JsonValue& value, Policy& policy, Errata errata) {
  if (!value.is_object()) return invalid("A statement must be an object.");
  const JsonObject& object = value.get_object();
  for (const auto& member : object) {
    constexpr std::string_view kKnown[] = {"Sid",      "Effect",      "Action",   "NotAction",
                                           "Resource", "NotResource", "Condition"};
    const std::string_view name(member.key().data(), member.key().size());
    // An element that is passed over could widen what a policy grants, so unknown ones are refused.
    if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown))
      return invalid(fmt::format("'{}' is not an element of a statement.", name));
  }
  Statement statement;
  if (const JsonValue* sid = object.if_contains("Sid")) {
    if (!sid->is_string()) return invalid("Sid must be a string.");
    statement.sid = view_of(sid->get_string());
  }
  const JsonValue* effect = object.if_contains("Effect");
  if (effect == nullptr || !effect->is_string() ||
      (view_of(effect->get_string()) != "Allow" && view_of(effect->get_string()) != "Deny"))
    return invalid("Effect must be \"Allow\" or \"Deny\".");
  statement.effect = view_of(effect->get_string()) == "Allow" ? Effect::allow : Effect::deny;
  if (auto read = read_actions(object, statement, policy, errata); !read) return read.error();
  if (auto read = read_resources(object, statement, policy, errata); !read) return read.error();
  if (auto read = read_conditions(object, statement); !read) return read.error();
  return statement;
}

bool matches_action(const Statement& statement, std::string_view action) {
  const bool found = std::any_of(
      statement.actions.begin(), statement.actions.end(),
      [&](const std::string& pattern) { return matches_wildcard(pattern, action, Case::ignored); });
  return found != statement.not_action;
}

bool matches_resource(const Statement& statement, const PolicyRequest& request, bool has_variables) {
  const auto matches = [&](const std::string& pattern) {
    std::optional<std::string> expanded;
    if (has_variables && pattern.find("${") != std::string::npos) {
      expanded = expand_variables(pattern, request.context);
      if (!expanded) return false;
    }
    const std::string& wanted = expanded ? *expanded : pattern;
    return std::any_of(request.resource_spellings.begin(), request.resource_spellings.end(),
                       [&](const std::string& resource) { return matches_wildcard(wanted, resource); });
  };
  return std::any_of(statement.resources.begin(), statement.resources.end(), matches) !=
         statement.not_resource;
}

}  // namespace

Result<Policy> parse_policy(std::string_view document, Errata errata) {
  if (document.size() > kPolicyBytesMax)
    return Error{ErrorCode::too_large, fmt::format("The policy is longer than {} bytes.", kPolicyBytesMax)};
  const auto json = parse_json(document);
  if (!json) return invalid(fmt::format("The policy is not JSON: {}", json.error().message));
  if (!json->is_object()) return invalid("The policy must be a JSON object.");
  const JsonObject& object = json->get_object();
  Policy policy;
  if (const JsonValue* version = object.if_contains("Version")) {
    const std::string_view text = version->is_string() ? view_of(version->get_string()) : std::string_view{};
    if (text != "2012-10-17" && text != "2008-10-17")
      return invalid("Version must be \"2012-10-17\" or \"2008-10-17\".");
    policy.has_variables = text == "2012-10-17";
  }
  const JsonValue* statements = object.if_contains("Statement");
  if (statements == nullptr) return invalid("The policy has no Statement.");
  const JsonArray one{*statements};
  const JsonArray& list = statements->is_array() ? statements->get_array() : one;
  if (list.empty()) return invalid("Statement is empty.");
  if (list.size() > kPolicyStatementsMax)
    return Error{ErrorCode::too_large,
                 fmt::format("The policy has more than {} statements.", kPolicyStatementsMax)};
  for (const JsonValue& value : list) {
    auto statement = read_statement(value, policy, errata);
    if (!statement) return statement.error();
    policy.statements.push_back(std::move(*statement));
  }
  return policy;
}

Decision evaluate(std::span<const Policy* const> policies, const PolicyRequest& request) {
  Decision decision;
  for (std::size_t p = 0; p < policies.size(); ++p) {
    const Policy& policy = *policies[p];
    for (std::size_t s = 0; s < policy.statements.size(); ++s) {
      const Statement& statement = policy.statements[s];
      if (statement.effect == Effect::allow && decision.allowed()) continue;
      if (!matches_action(statement, request.action)) continue;
      if (!matches_resource(statement, request, policy.has_variables)) continue;
      if (!std::all_of(statement.conditions.begin(), statement.conditions.end(),
                       [&](const Condition& condition) {
                         return holds(condition, request.context, policy.has_variables);
                       }))
        continue;
      if (statement.effect == Effect::deny) return {Verdict::explicitly_denied, {{p, s}}};
      decision = {Verdict::allowed, {{p, s}}};
    }
  }
  return decision;
}

}  // namespace berth::auth
