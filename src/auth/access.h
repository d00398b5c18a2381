#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/policy.h"

namespace berth::auth {

/// Who asks, as policies of resources may name it.
struct Requester {
  enum class Kind { root, user, role_session, service };
  Kind kind = Kind::user;
  std::string account;    ///< Twelve digits.
  std::string arn;        ///< Of the user or of the session; of a service its name (`ecs.amazonaws.com`).
  std::string unique_id;  ///< AIDA… of a user.
  std::string role_arn;   ///< Of the role that a session is of.
  std::string role_id;    ///< AROA… of that role.
};

/// How a policy of a resource names a requester; later ones name it more closely.
enum class Naming {
  none,
  account,   ///< Its account, whose policies of identities then have to allow too.
  everyone,  ///< Principal "*".
  role,      ///< Its role: the boundary and the session's policies still limit it.
  itself,    ///< The user, the session or the service: nothing limits that but a deny.
};
Naming naming_of(const Statement& statement, const Requester& requester);

/// Every policy that has a say. Borrows all of them, for the call.
struct PolicySet {
  std::span<const Policy* const> identity;  ///< Of the user and its groups, or of the role.
  const Policy* boundary = nullptr;
  std::span<const Policy* const> session;  ///< Given to AssumeRole; several are alternatives.
  bool has_session_policies = false;
  const Policy* resource = nullptr;
  /// The resource's policy must itself allow: trust policies of roles, keys of KMS.
  bool resource_must_allow = false;
};

/// Where a policy hangs.
enum class PolicySource { identity, boundary, session, resource };

struct StatementPlace {
  PolicySource source = PolicySource::identity;
  std::size_t policy = 0;
  std::size_t statement = 0;
  friend bool operator==(const StatementPlace&, const StatementPlace&) = default;
};

struct AccessDecision {
  Verdict verdict = Verdict::implicitly_denied;
  /// What decided: the policies that allow or deny, or, for an implicit deny, those that do not allow.
  PolicySource source = PolicySource::identity;
  std::optional<StatementPlace> statement = {};  ///< None for an implicit deny.
  bool allowed() const { return verdict == Verdict::allowed; }
};

/// AWS's order within one account: a deny anywhere; then an allow by the resource's policy or by the
/// identity's; what is allowed to an identity or a role, the boundary and the session's policies must allow
/// as well. The root user needs no policy. Pure.
AccessDecision decide_access(const Requester& requester, const PolicySet& policies,
                             const PolicyRequest& request);

/// How a refusal ends: "because no identity-based policy allows the ecs:RunTask action".
std::string render_reason(const AccessDecision& decision, std::string_view action);

/// "User: ARN is not authorized to perform: ACTION on resource: RESOURCE because …", as AWS words it.
std::string render_denial(const AccessDecision& decision, std::string_view arn, std::string_view action,
                          std::string_view resource);

}  // namespace berth::auth
