#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/policy_condition.h"
#include "base/result.h"

namespace berth::auth {

enum class Effect { allow, deny };

/// Whom a statement of a resource or trust policy names.
struct PrincipalPattern {
  enum class Kind { everyone, aws, service, federated };
  Kind kind = Kind::everyone;
  /// Of `aws`: an ARN, twelve digits (the account), or the unique id of a user or role; of `service`:
  /// `ecs-tasks.amazonaws.com`.
  std::string value;
};

struct Statement {
  std::string sid;
  Effect effect = Effect::deny;
  std::vector<std::string> actions;  ///< `ecs:Describe*`; what is meant is everything else when `not_action`.
  bool not_action = false;
  std::vector<std::string> resources;  ///< Empty in trust policies: the role itself.
  bool not_resource = false;
  std::vector<PrincipalPattern> principals;  ///< Of resource and trust policies.
  bool not_principal = false;
  std::vector<Condition> conditions;  ///< All must hold.
};

/// What a policy hangs on, which decides what may stand in it.
enum class PolicyKind {
  identity,  ///< A user, group or role, a boundary or a session: no Principal, a Resource.
  resource,  ///< A bucket, secret, topic …: a Principal and a Resource.
  trust,     ///< A role: a Principal, no Resource, no NotPrincipal.
};

/// An IAM policy (developer guide, "IAM policies").
struct Policy {
  bool has_variables = false;  ///< `${aws:username}` means something from version 2012-10-17 on only.
  std::vector<Statement> statements;
  std::vector<std::string> warnings;  ///< What was read otherwise than it stands.
};

/// Of the document as it came; what is kept is limited further, without white space, by what it hangs on.
inline constexpr std::size_t kPolicyBytesMax = 131'072;
inline constexpr std::size_t kPolicyStatementsMax = 200;

/// The guide prints five names that IAM itself would refuse or never match (`ecs>DeleteCluster`, the singular
/// `ecs:DescribeCluster`, `-ContainerInstance` and `-Task`, and `arn:aws:ecs::region:`): exactly these are
/// read as meant, or not.
enum class Errata { as_meant, strict };

/// Reads a policy document. What is not known is refused, as passing over it could widen what is granted.
/// Errors: `invalid`, naming the statement and the element, and `too_large`; the caller answers
/// MalformedPolicyDocument.
Result<Policy> parse_policy(std::string_view document, PolicyKind kind = PolicyKind::identity,
                            Errata errata = Errata::as_meant);

/// What is asked: may this be done to that?
struct PolicyRequest {
  std::string_view action;  ///< `ecs:RunTask`
  /// One resource in all its spellings (short and cluster-qualified ARN); a pattern that matches one matches
  /// it. An operation on several resources asks once for each.
  std::span<const std::string> resource_spellings;
  const PolicyContext& context;
};

/// Whether a statement of `policy` is about this request, whoever asks: action, resource and conditions. What
/// cannot be told counts for a deny and against an allow.
bool is_about(const Statement& statement, const Policy& policy, const PolicyRequest& request);

enum class Verdict { allowed, implicitly_denied, explicitly_denied };

struct PolicyDecision {
  Verdict verdict = Verdict::implicitly_denied;
  /// The statement that decided: index of the policy and of the statement in it. None for an implicit deny.
  std::optional<std::pair<std::size_t, std::size_t>> statement = {};
  bool allowed() const { return verdict == Verdict::allowed; }
};

/// Default deny, over it an allow, over all a deny. Pure. Principals are not looked at: see access.h.
PolicyDecision evaluate(std::span<const Policy* const> policies, const PolicyRequest& request);

}  // namespace berth::auth
