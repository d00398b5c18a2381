#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "auth/policy.h"
#include "base/json.h"

namespace berth::auth {
namespace {

std::string_view view_of(const JsonString& text) {
  return {text.data(), text.size()};
}

// What is being read, and how.
struct Reading {
  PolicyKind kind;
  Errata errata;
};

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

Result<void> read_resources(const JsonObject& object, Statement& statement, Policy& policy, Reading reading) {
  const JsonValue* plain = object.if_contains("Resource");
  const JsonValue* negated = object.if_contains("NotResource");
  if (reading.kind == PolicyKind::trust) {
    if (plain || negated) return invalid("A trust policy cannot have a Resource: it is about its role.");
    return {};
  }
  if ((plain == nullptr) == (negated == nullptr))
    return invalid("A statement needs either Resource or NotResource.");
  statement.not_resource = negated != nullptr;
  auto texts = read_texts(plain != nullptr ? *plain : *negated, "Resource", Scalars::strings);
  if (!texts) return texts.error();
  for (std::string& resource : *texts) {
    if (reading.errata == Errata::as_meant) read_resource_as_meant(resource, policy);
    if (!is_resource(resource))
      return invalid(fmt::format("Resource '{}' must be an ARN or \"*\".", resource));
  }
  statement.resources = std::move(*texts);
  return {};
}

bool is_account(std::string_view text) {
  return text.size() == 12 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A unique id of a user or role, which a document holds in place of an ARN once that is gone.
bool is_unique_id(std::string_view text) {
  return (text.starts_with("AIDA") || text.starts_with("AROA")) && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

Result<PrincipalPattern> read_principal(std::string_view kind, std::string value) {
  using Kind = PrincipalPattern::Kind;
  if (kind == "Service") return PrincipalPattern{Kind::service, std::move(value)};
  if (kind == "Federated") return PrincipalPattern{Kind::federated, std::move(value)};
  if (kind != "AWS") return invalid(fmt::format("Principal: '{}' is not AWS, Service or Federated.", kind));
  if (value == "*") return PrincipalPattern{Kind::everyone, {}};
  const bool arn = value.starts_with("arn:aws:iam::") || value.starts_with("arn:aws:sts::");
  // No wildcard stands for a part of a principal.
  if ((!arn && !is_account(value) && !is_unique_id(value)) || value.find_first_of("*?") != std::string::npos)
    return invalid(fmt::format("Invalid principal in policy: \"AWS\":\"{}\"", value));
  return PrincipalPattern{Kind::aws, std::move(value)};
}

Result<void> read_principals(const JsonObject& object, Statement& statement, PolicyKind kind) {
  const JsonValue* plain = object.if_contains("Principal");
  const JsonValue* negated = object.if_contains("NotPrincipal");
  if (kind == PolicyKind::identity) {
    if (plain || negated) return invalid("A policy of an identity cannot have a Principal.");
    return {};
  }
  if ((plain == nullptr) == (negated == nullptr))
    return invalid("A statement needs either Principal or NotPrincipal.");
  if (negated && kind == PolicyKind::trust) return invalid("A trust policy cannot have NotPrincipal.");
  statement.not_principal = negated != nullptr;
  const JsonValue& value = plain ? *plain : *negated;
  if (value.is_string() && view_of(value.get_string()) == "*") {
    statement.principals.push_back({});
    return {};
  }
  if (!value.is_object() || value.get_object().empty())
    return invalid("Principal must be \"*\" or an object with AWS, Service or Federated.");
  for (const auto& entry : value.get_object()) {
    const std::string_view name(entry.key().data(), entry.key().size());
    auto texts = read_texts(entry.value(), fmt::format("Principal {}", name), Scalars::strings);
    if (!texts) return texts.error();
    for (std::string& text : *texts) {
      auto principal = read_principal(name, std::move(text));
      if (!principal) return principal.error();
      statement.principals.push_back(*std::move(principal));
    }
  }
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
      if (auto checked = check_values(one); !checked) return checked.error();
      statement.conditions.push_back(std::move(one));
    }
  }
  return {};
}

// An element that is passed over could widen what a policy grants, so unknown ones are refused.
Result<void> check_elements(const JsonObject& object, std::span<const std::string_view> known,
                            std::string_view of) {
  for (const auto& member : object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(known.begin(), known.end(), name) == known.end())
      return invalid(fmt::format("'{}' is not an element of a {}.", name, of));
  }
  return {};
}

Result<Statement> read_statement(const JsonValue& value, Policy& policy, Reading reading) {
  if (!value.is_object()) return invalid("A statement must be an object.");
  const JsonObject& object = value.get_object();
  constexpr std::string_view kKnown[] = {"Sid",          "Effect",   "Action",      "NotAction", "Principal",
                                         "NotPrincipal", "Resource", "NotResource", "Condition"};
  if (auto known = check_elements(object, kKnown, "statement"); !known) return known.error();
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
  if (auto read = read_principals(object, statement, reading.kind); !read) return read.error();
  if (auto read = read_actions(object, statement, policy, reading.errata); !read) return read.error();
  if (auto read = read_resources(object, statement, policy, reading); !read) return read.error();
  if (auto read = read_conditions(object, statement); !read) return read.error();
  return statement;
}

Result<void> read_statements(const JsonArray& list, Policy& policy, Reading reading) {
  if (list.empty()) return invalid("Statement is empty.");
  if (list.size() > kPolicyStatementsMax)
    return Error{ErrorCode::too_large,
                 fmt::format("The policy has more than {} statements.", kPolicyStatementsMax)};
  std::set<std::string, std::less<>> sids;
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto statement = read_statement(list[i], policy, reading);
    if (!statement)
      return Error{statement.error().code, fmt::format("Statement {}: {}", i + 1, statement.error().message)};
    if (!statement->sid.empty() && !sids.insert(statement->sid).second)
      return invalid(fmt::format(
          "Statement IDs (SID) in a single policy must be unique: '{}' is there twice.", statement->sid));
    policy.statements.push_back(*std::move(statement));
  }
  return {};
}

}  // namespace

Result<Policy> parse_policy(std::string_view document, PolicyKind kind, Errata errata) {
  if (document.size() > kPolicyBytesMax)
    return Error{ErrorCode::too_large, fmt::format("The policy is longer than {} bytes.", kPolicyBytesMax)};
  const auto json = parse_json(document);
  if (!json) return invalid(fmt::format("The policy is not JSON: {}", json.error().message));
  if (!json->is_object()) return invalid("The policy must be a JSON object.");
  const JsonObject& object = json->get_object();
  constexpr std::string_view kKnown[] = {"Version", "Id", "Statement"};
  if (auto known = check_elements(object, kKnown, "policy"); !known) return known.error();
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
  if (auto read =
          read_statements(statements->is_array() ? statements->get_array() : one, policy, {kind, errata});
      !read)
    return read.error();
  return policy;
}

}  // namespace berth::auth
