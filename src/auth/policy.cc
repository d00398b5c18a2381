#include "auth/policy.h"

#include <algorithm>

namespace berth::auth {
namespace {

bool is_about_action(const Statement& statement, std::string_view action) {
  const bool found = std::any_of(
      statement.actions.begin(), statement.actions.end(),
      [&](const std::string& pattern) { return matches_wildcard(pattern, action, Case::ignored); });
  return found != statement.not_action;
}

// Variables stand in the last part of an ARN only; one that cannot be resolved has the statement match
// nothing.
enum class Match { no, yes, unresolved };
Match matches_resource(const std::string& pattern, const PolicyRequest& request, bool has_variables) {
  std::optional<std::string> expanded;
  if (has_variables && pattern.find("${") != std::string::npos) {
    expanded = expand_variables(pattern, request.context);
    if (!expanded) return Match::unresolved;
  }
  const std::string& wanted = expanded ? *expanded : pattern;
  const auto spellings = request.resource_spellings;
  return std::any_of(spellings.begin(), spellings.end(),
                     [&](const std::string& resource) { return matches_arn(wanted, resource); })
             ? Match::yes
             : Match::no;
}

bool is_about_resource(const Statement& statement, const PolicyRequest& request, bool has_variables) {
  if (statement.resources.empty()) return true;
  bool found = false;
  for (const std::string& pattern : statement.resources) {
    const Match match = matches_resource(pattern, request, has_variables);
    if (match == Match::unresolved && statement.not_resource) return false;
    found = found || match == Match::yes;
  }
  return found != statement.not_resource;
}

bool is_about_circumstances(const Statement& statement, const PolicyRequest& request, bool has_variables) {
  return std::all_of(
      statement.conditions.begin(), statement.conditions.end(), [&](const Condition& condition) {
        const Truth truth = judge(condition, request.context, has_variables);
        return truth == Truth::yes || (truth == Truth::unknown && statement.effect == Effect::deny);
      });
}

}  // namespace

bool is_about(const Statement& statement, const Policy& policy, const PolicyRequest& request) {
  return is_about_action(statement, request.action) &&
         is_about_resource(statement, request, policy.has_variables) &&
         is_about_circumstances(statement, request, policy.has_variables);
}

PolicyDecision evaluate(std::span<const Policy* const> policies, const PolicyRequest& request) {
  PolicyDecision decision;
  for (std::size_t p = 0; p < policies.size(); ++p) {
    const Policy& policy = *policies[p];
    for (std::size_t s = 0; s < policy.statements.size(); ++s) {
      const Statement& statement = policy.statements[s];
      if (statement.effect == Effect::allow && decision.allowed()) continue;
      if (!is_about(statement, policy, request)) continue;
      if (statement.effect == Effect::deny) return {Verdict::explicitly_denied, {{p, s}}};
      decision = {Verdict::allowed, {{p, s}}};
    }
  }
  return decision;
}

}  // namespace berth::auth
