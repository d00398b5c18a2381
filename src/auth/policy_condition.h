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
  binary,
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

/// Reads an operator's name: `ForAnyValue:StringNotLikeIfExists`.
/// Errors: `invalid`.
Result<Condition> parse_condition_operator(std::string_view name);

/// Whether a condition holds. `unknown`: a value is not of the operator's type (a number, a date, an
/// address), so that nobody can say; such a condition never allows, and does deny.
enum class Truth { no, yes, unknown };

/// Several values of the policy are alternatives. A key that the request does not have fails a condition, but
/// satisfies a negated one, an IfExists and ForAllValues. Without a quantifier, a key of several values holds
/// when one of them does (negated: when none is equal).
Truth judge(const Condition& condition, const PolicyContext& context, bool has_variables);

/// Refuses values that are never of the operator's type. A value with a variable is not looked at.
/// Errors: `invalid`, naming the value.
Result<void> check_values(const Condition& condition);

/// `*` any run, `?` any one character.
enum class Case { sensitive, ignored };
bool matches_wildcard(std::string_view pattern, std::string_view text, Case match_case = Case::sensitive);

/// Whether an ARN matches a pattern, each of the first five parts by itself: no wildcard reaches across a
/// colon before the resource, in which it crosses everything. A pattern of fewer parts that ends in `*`
/// stands for all that follow (`arn:aws:ecs:*`); `*` alone matches anything.
bool matches_arn(std::string_view pattern, std::string_view arn);

/// Replaces `${key}` by the request's value of that key, or by the default of `${key, 'default'}` when the
/// request lacks it (and `${*}`, `${?}`, `${$}` by the character itself). What is put in matches itself only,
/// never as a wildcard. Nothing when the request lacks the key and there is no default, or has several
/// values.
std::optional<std::string> expand_variables(std::string_view text, const PolicyContext& context);

}  // namespace berth::auth
