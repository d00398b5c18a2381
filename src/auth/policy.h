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

struct Statement {
  std::string sid;
  Effect effect = Effect::deny;
  std::vector<std::string> actions;  ///< `ecs:Describe*`; what is meant is everything else when `not_action`.
  bool not_action = false;
  std::vector<std::string> resources;
  bool not_resource = false;
  std::vector<Condition> conditions;  ///< All must hold.
};

/// An IAM policy that was attached to an identity (developer guide, "IAM policies").
struct Policy {
  bool has_variables = false;  ///< `${aws:username}` means something from version 2012-10-17 on only.
  std::vector<Statement> statements;
  std::vector<std::string> warnings;  ///< What was read otherwise than it stands.
};

inline constexpr std::size_t kPolicyBytesMax = 10'240;
inline constexpr std::size_t kPolicyStatementsMax = 200;

/// The guide prints five names that IAM itself would refuse or never match (`ecs>DeleteCluster`, the singular
/// `ecs:DescribeCluster`, `-ContainerInstance` and `-Task`, and `arn:aws:ecs::region:`): exactly these are
/// read as meant, or not.
enum class Errata { as_meant, strict };

/// Reads a policy document.
/// Errors: `invalid`, naming the element, and `too_large`; the caller answers MalformedPolicyDocument.
Result<Policy> parse_policy(std::string_view document, Errata errata = Errata::as_meant);

/// What is asked: may this be done to that?
struct PolicyRequest {
  std::string_view action;  ///< `ecs:RunTask`
  /// One resource in all its spellings (short and cluster-qualified ARN); a pattern that matches one matches
  /// it. An operation on several resources asks once for each.
  std::span<const std::string> resource_spellings;
  const PolicyContext& context;
};

enum class Verdict { allowed, implicitly_denied, explicitly_denied };

struct Decision {
  Verdict verdict = Verdict::implicitly_denied;
  /// The statement that decided: index of the policy and of the statement in it. None for an implicit deny.
  std::optional<std::pair<std::size_t, std::size_t>> statement;
  bool allowed() const { return verdict == Verdict::allowed; }
};

/// Default deny, over it an allow, over all a deny. Pure.
Decision evaluate(std::span<const Policy* const> policies, const PolicyRequest& request);

}  // namespace berth::auth
