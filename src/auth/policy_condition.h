#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace berth::auth {

/// Condition keys of a request (lower case: they are compared without case) and their values.
using PolicyContext = std::map<std::string, std::vector<std::string>, std::less<>>;

enum class Operator {
  string_equals,
  string_equals_ignore_case,
  string_like,
  arn_like,  ///< ArnEquals means the same.
  boolean,
  null,
  ip_address,
  numeric,
  date,
};
/// How numbers and dates are compared; the others know `equal` only.
enum class Relation { equal, less, less_or_equal, greater, greater_or_equal };
enum class Quantifier { none, any_value, all_values };

/// One `operator: {key: values}` of a statement.
struct Condition {
  Operator op = Operator::string_equals;
  Relation relation = Relation::equal;
  bool negated = false;
  bool if_exists = false;
  Quantifier quantifier = Quantifier::none;
  std::string key;  ///< Lower case.
  std::vector<std::string> values;
};

/// Reads an operator's name: `ForAnyValue:StringNotLikeIfExists`. Errors: `invalid`.
Result<Condition> parse_condition_operator(std::string_view name);

/// True when the condition holds. Several values of the policy are alternatives. A key that the request does
/// not have fails a condition, but satisfies a negated one, an IfExists and ForAllValues. Without a
/// quantifier, a key of several values holds when one of them does (negated: when none is equal).
bool holds(const Condition& condition, const PolicyContext& context, bool has_variables);

/// `*` any run, `?` any one character.
enum class Case { sensitive, ignored };
bool matches_wildcard(std::string_view pattern, std::string_view text, Case match_case = Case::sensitive);

/// Replaces `${key}` by the request's value of that key (and `${*}`, `${?}`, `${$}` by the character itself).
/// What is put in matches itself only, never as a wildcard. Nothing when the request lacks the key, or has
/// several values.
std::optional<std::string> expand_variables(std::string_view text, const PolicyContext& context);

}  // namespace berth::auth
