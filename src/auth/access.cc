#include "auth/access.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::auth {
namespace {

Naming naming_by_arn(const std::string& value, const Requester& requester) {
  if (value == requester.arn || (!requester.unique_id.empty() && value == requester.unique_id))
    return Naming::itself;
  if (requester.kind == Requester::Kind::role_session &&
      ((!requester.role_arn.empty() && value == requester.role_arn) ||
       (!requester.role_id.empty() && value == requester.role_id)))
    return Naming::role;
  if (value == requester.account || value == fmt::format("arn:aws:iam::{}:root", requester.account))
    return Naming::account;
  return Naming::none;
}

Naming naming_by(const PrincipalPattern& pattern, const Requester& requester) {
  using Kind = PrincipalPattern::Kind;
  const bool is_service = requester.kind == Requester::Kind::service;
  switch (pattern.kind) {
    case Kind::everyone:
      return Naming::everyone;
    case Kind::service:
      return is_service && pattern.value == requester.arn ? Naming::itself : Naming::none;
    case Kind::aws:
      return is_service ? Naming::none : naming_by_arn(pattern.value, requester);
    case Kind::federated:
      return Naming::none;
  }
  return Naming::none;
}

AccessDecision denied_by(PolicySource source, const PolicyDecision& decision) {
  const auto [policy, statement] = *decision.statement;
  return {Verdict::explicitly_denied, source, StatementPlace{source, policy, statement}};
}

AccessDecision not_allowed_by(PolicySource source) {
  return {Verdict::implicitly_denied, source};
}

AccessDecision allowed_by(PolicySource source, const PolicyDecision& decision) {
  const auto [policy, statement] = *decision.statement;
  return {Verdict::allowed, source, StatementPlace{source, policy, statement}};
}

/// What the resource's policy says of this requester.
struct ResourceSays {
  PolicyDecision decision;
  Naming allowed_as = Naming::none;
};

ResourceSays ask_resource(const Policy* policy, const Requester& requester, const PolicyRequest& request) {
  ResourceSays says;
  if (policy == nullptr) return says;
  for (std::size_t s = 0; s < policy->statements.size(); ++s) {
    const Statement& statement = policy->statements[s];
    const Naming naming = naming_of(statement, requester);
    if (naming == Naming::none || !is_about(statement, *policy, request)) continue;
    if (statement.effect == Effect::deny) return {{Verdict::explicitly_denied, {{0, s}}}, Naming::none};
    if (naming <= says.allowed_as) continue;
    says = {{Verdict::allowed, {{0, s}}}, naming};
  }
  return says;
}

}  // namespace

Naming naming_of(const Statement& statement, const Requester& requester) {
  Naming closest = Naming::none;
  for (const PrincipalPattern& pattern : statement.principals)
    closest = std::max(closest, naming_by(pattern, requester));
  if (!statement.not_principal) return closest;
  return closest == Naming::none ? Naming::everyone : Naming::none;
}

AccessDecision decide_access(const Requester& requester, const PolicySet& policies,
                             const PolicyRequest& request) {
  const PolicyDecision identity = evaluate(policies.identity, request);
  if (identity.verdict == Verdict::explicitly_denied) return denied_by(PolicySource::identity, identity);
  PolicyDecision boundary{Verdict::allowed};
  if (policies.boundary != nullptr) boundary = evaluate(std::span(&policies.boundary, 1), request);
  if (boundary.verdict == Verdict::explicitly_denied) return denied_by(PolicySource::boundary, boundary);
  PolicyDecision session{Verdict::allowed};
  if (policies.has_session_policies) session = evaluate(policies.session, request);
  if (session.verdict == Verdict::explicitly_denied) return denied_by(PolicySource::session, session);
  const ResourceSays resource = ask_resource(policies.resource, requester, request);
  if (resource.decision.verdict == Verdict::explicitly_denied)
    return denied_by(PolicySource::resource, resource.decision);

  if (resource.allowed_as == Naming::itself) return allowed_by(PolicySource::resource, resource.decision);
  if (policies.resource_must_allow && !resource.decision.allowed())
    return not_allowed_by(PolicySource::resource);
  if (requester.kind == Requester::Kind::root) return {Verdict::allowed, PolicySource::identity};
  const bool by_resource = resource.allowed_as >= Naming::everyone;
  if (!by_resource && !identity.allowed()) return not_allowed_by(PolicySource::identity);
  if (!boundary.allowed()) return not_allowed_by(PolicySource::boundary);
  if (!session.allowed()) return not_allowed_by(PolicySource::session);
  return by_resource && !identity.allowed() ? allowed_by(PolicySource::resource, resource.decision)
                                            : allowed_by(PolicySource::identity, identity);
}

std::string render_reason(const AccessDecision& decision, std::string_view action) {
  constexpr std::string_view kNames[] = {"identity-based policy", "permissions boundary", "session policy",
                                         "resource-based policy"};
  const std::string_view name = kNames[static_cast<std::size_t>(decision.source)];
  if (decision.verdict == Verdict::explicitly_denied)
    return fmt::format("with an explicit deny in {} {}", name.front() == 'i' ? "an" : "a", name);
  return fmt::format("because no {} allows the {} action", name, action);
}

std::string render_denial(const AccessDecision& decision, std::string_view arn, std::string_view action,
                          std::string_view resource) {
  return fmt::format("User: {} is not authorized to perform: {} on resource: {} {}", arn, action, resource,
                     render_reason(decision, action));
}

}  // namespace berth::auth
