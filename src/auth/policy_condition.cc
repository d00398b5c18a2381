#include "auth/policy_condition.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "auth/authorization.h"
#include "base/encoding.h"
#include "base/text.h"

namespace berth::auth {
namespace {

// Stand for a literal '*' and '?' that came out of a variable. parse_policy refuses control characters.
constexpr char kLiteralStar = '\x01';
constexpr char kLiteralQuestion = '\x02';

std::string unmark(std::string text) {
  std::replace(text.begin(), text.end(), kLiteralStar, '*');
  std::replace(text.begin(), text.end(), kLiteralQuestion, '?');
  return text;
}

struct Name {
  std::string_view name;
  Operator op;
  Relation relation = Relation::equal;
  bool negated = false;
};
constexpr Name kNames[] = {
    {"StringEquals", Operator::string_equals},
    {"StringNotEquals", Operator::string_equals, Relation::equal, true},
    {"StringEqualsIgnoreCase", Operator::string_equals_ignore_case},
    {"StringNotEqualsIgnoreCase", Operator::string_equals_ignore_case, Relation::equal, true},
    {"StringLike", Operator::string_like},
    {"StringNotLike", Operator::string_like, Relation::equal, true},
    {"ArnEquals", Operator::arn_like},
    {"ArnLike", Operator::arn_like},
    {"ArnNotEquals", Operator::arn_like, Relation::equal, true},
    {"ArnNotLike", Operator::arn_like, Relation::equal, true},
    {"Bool", Operator::boolean},
    {"Null", Operator::null},
    {"BinaryEquals", Operator::binary},
    {"IpAddress", Operator::ip_address},
    {"NotIpAddress", Operator::ip_address, Relation::equal, true},
    {"NumericEquals", Operator::numeric},
    {"NumericNotEquals", Operator::numeric, Relation::equal, true},
    {"NumericLessThan", Operator::numeric, Relation::less},
    {"NumericLessThanEquals", Operator::numeric, Relation::less_or_equal},
    {"NumericGreaterThan", Operator::numeric, Relation::greater},
    {"NumericGreaterThanEquals", Operator::numeric, Relation::greater_or_equal},
    {"DateEquals", Operator::date},
    {"DateNotEquals", Operator::date, Relation::equal, true},
    {"DateLessThan", Operator::date, Relation::less},
    {"DateLessThanEquals", Operator::date, Relation::less_or_equal},
    {"DateGreaterThan", Operator::date, Relation::greater},
    {"DateGreaterThanEquals", Operator::date, Relation::greater_or_equal},
};

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Seconds of the epoch, "2026-11-20", or "2026-11-20T12:00:00[.fraction]Z".
std::optional<double> parse_date(std::string_view text) {
  if (text.find('-') == std::string_view::npos || text.front() == '-') return parse_number(text);
  std::string compact;
  const std::size_t dot = text.find('.');
  for (const char c : text.substr(0, dot))
    if (c != '-' && c != ':') compact += c;
  if (dot != std::string_view::npos) compact += 'Z';
  if (compact.size() == 8) compact += "T000000Z";
  const auto time = parse_basic_iso8601(compact);
  if (!time) return std::nullopt;
  return static_cast<double>(time->ms) / 1000;
}

Truth truth_of(bool value) {
  return value ? Truth::yes : Truth::no;
}

Truth compare(std::optional<double> actual, std::optional<double> wanted, Relation relation) {
  if (!actual || !wanted) return Truth::unknown;
  switch (relation) {
    case Relation::equal:
      return truth_of(*actual == *wanted);
    case Relation::less:
      return truth_of(*actual < *wanted);
    case Relation::less_or_equal:
      return truth_of(*actual <= *wanted);
    case Relation::greater:
      return truth_of(*actual > *wanted);
    case Relation::greater_or_equal:
      return truth_of(*actual >= *wanted);
  }
  return Truth::unknown;
}

// 16 bytes for both families; an IPv4 address is its IPv4-mapped one, with 96 bits in front.
struct Address {
  std::array<unsigned char, 16> bytes{};
  int prefix_bits = 128;
};
std::optional<Address> parse_address(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string host = text.substr(0, slash);
  Address address;
  int offset = 0;
  if (inet_pton(AF_INET, host.c_str(), address.bytes.data() + 12) == 1) {
    address.bytes[10] = address.bytes[11] = 0xff;
    offset = 96;
  } else if (inet_pton(AF_INET6, host.c_str(), address.bytes.data()) != 1) {
    return std::nullopt;
  }
  if (slash == std::string::npos) return address;
  const auto bits = parse_number(std::string_view(text).substr(slash + 1));
  if (!bits || *bits < 0 || *bits > 128 - offset) return std::nullopt;
  address.prefix_bits = offset + static_cast<int>(*bits);
  return address;
}

Truth is_in_network(const std::string& actual, const std::string& network) {
  const auto address = parse_address(actual);
  const auto range = parse_address(network);
  if (!address || !range) return Truth::unknown;
  for (int bit = 0; bit < range->prefix_bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((address->bytes[byte] & mask) != (range->bytes[byte] & mask)) return Truth::no;
  }
  return Truth::yes;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (equal_ignoring_case(text, "true")) return true;
  if (equal_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

Truth same_boolean(std::string_view actual, std::string_view wanted) {
  const auto left = parse_boolean(actual);
  const auto right = parse_boolean(wanted);
  return left && right ? truth_of(*left == *right) : Truth::unknown;
}

Truth same_bytes(std::string_view actual, std::string_view wanted) {
  const auto left = decode_base64(actual);
  const auto right = decode_base64(wanted);
  return left && right ? truth_of(*left == *right) : Truth::unknown;
}

Truth matches_value(const Condition& condition, const std::string& actual, const std::string& wanted) {
  switch (condition.op) {
    case Operator::string_equals:
      return truth_of(actual == unmark(wanted));
    case Operator::string_equals_ignore_case:
      return truth_of(equal_ignoring_case(actual, unmark(wanted)));
    case Operator::boolean:
      return same_boolean(actual, wanted);
    case Operator::binary:
      return same_bytes(actual, wanted);
    case Operator::string_like:
      return truth_of(matches_wildcard(wanted, actual));
    case Operator::arn_like:
      return truth_of(matches_arn(wanted, actual));
    case Operator::ip_address:
      return is_in_network(actual, wanted);
    case Operator::numeric:
      return compare(parse_number(actual), parse_number(wanted), condition.relation);
    case Operator::date:
      return compare(parse_date(actual), parse_date(wanted), condition.relation);
    case Operator::null:
      break;
  }
  return Truth::unknown;
}

// One of the alternatives holds; unknown when none does and one cannot be told.
Truth matches_one_of(const Condition& condition, const std::string& actual,
                     const std::vector<std::string>& wanted) {
  Truth best = Truth::no;
  for (const std::string& value : wanted) {
    const Truth one = matches_value(condition, actual, value);
    if (one == Truth::yes) return Truth::yes;
    if (one == Truth::unknown) best = Truth::unknown;
  }
  return best;
}

Truth negated(Truth truth) {
  if (truth == Truth::unknown) return truth;
  return truth == Truth::yes ? Truth::no : Truth::yes;
}

enum class Over { all, any };
Truth over_values(const Condition& condition, const std::vector<std::string>& actual,
                  const std::vector<std::string>& wanted, Over over) {
  const Truth decisive = over == Over::all ? Truth::no : Truth::yes;
  Truth result = negated(decisive);
  for (const std::string& value : actual) {
    Truth one = matches_one_of(condition, value, wanted);
    if (condition.negated) one = negated(one);
    if (one == decisive) return decisive;
    if (one == Truth::unknown) result = Truth::unknown;
  }
  return result;
}

}  // namespace

Result<Condition> parse_condition_operator(std::string_view name) {
  Condition condition;
  std::string_view rest = name;
  const auto strip_prefix = [&rest](std::string_view prefix) {
    if (!rest.starts_with(prefix)) return false;
    rest.remove_prefix(prefix.size());
    return true;
  };
  if (strip_prefix("ForAnyValue:")) condition.quantifier = Quantifier::any_value;
  if (strip_prefix("ForAllValues:")) condition.quantifier = Quantifier::all_values;
  if (rest.ends_with("IfExists") && rest != "NullIfExists") {
    condition.if_exists = true;
    rest.remove_suffix(8);
  }
  for (const Name& known : kNames) {
    if (!equal_ignoring_case(known.name, rest)) continue;
    condition.op = known.op;
    condition.relation = known.relation;
    condition.negated = known.negated;
    return condition;
  }
  return invalid(fmt::format("Condition: '{}' is not an operator.", name));
}

Truth judge(const Condition& condition, const PolicyContext& context, bool has_variables) {
  const auto found = context.find(condition.key);
  const bool present = found != context.end() && !found->second.empty();
  if (condition.op == Operator::null)
    return truth_of(
        std::any_of(condition.values.begin(), condition.values.end(),
                    [&](const std::string& value) { return equal_ignoring_case(value, "true") != present; }));
  if (!present)
    return truth_of(
        condition.quantifier != Quantifier::any_value &&
        (condition.negated || condition.if_exists || condition.quantifier == Quantifier::all_values));

  std::vector<std::string> wanted;
  for (const std::string& value : condition.values) {
    if (!has_variables || value.find("${") == std::string::npos) {
      wanted.push_back(value);
    } else if (auto expanded = expand_variables(value, context)) {
      wanted.push_back(std::move(*expanded));
    }
  }
  const bool all = condition.quantifier == Quantifier::all_values ||
                   (condition.quantifier == Quantifier::none && condition.negated);
  return over_values(condition, found->second, wanted, all ? Over::all : Over::any);
}

Result<void> check_values(const Condition& condition) {
  const auto fits = [&](const std::string& value) {
    switch (condition.op) {
      case Operator::boolean:
      case Operator::null:
        return parse_boolean(value).has_value();
      case Operator::numeric:
        return parse_number(value).has_value();
      case Operator::date:
        return parse_date(value).has_value();
      case Operator::ip_address:
        return parse_address(value).has_value();
      case Operator::binary:
        return decode_base64(value).ok();
      default:
        return true;
    }
  };
  for (const std::string& value : condition.values)
    if (value.find("${") == std::string::npos && !fits(value))
      return invalid(fmt::format("Condition {}: '{}' is not a value of its operator.", condition.key, value));
  return {};
}

bool matches_arn(std::string_view pattern, std::string_view arn) {
  if (pattern == "*") return true;
  for (int part = 0; part < 5; ++part) {
    const std::size_t pattern_end = pattern.find(':');
    const std::size_t arn_end = arn.find(':');
    // What is left of the pattern stands for all that follows.
    if (pattern_end == std::string_view::npos)
      return pattern.ends_with('*') && matches_wildcard(pattern, arn);
    if (arn_end == std::string_view::npos) return false;
    if (!matches_wildcard(pattern.substr(0, pattern_end), arn.substr(0, arn_end))) return false;
    pattern.remove_prefix(pattern_end + 1);
    arn.remove_prefix(arn_end + 1);
  }
  return matches_wildcard(pattern, arn);
}

bool matches_wildcard(std::string_view pattern, std::string_view text, Case match_case) {
  const auto same = [match_case](char p, char t) {
    if (p == kLiteralStar) return t == '*';
    if (p == kLiteralQuestion) return t == '?';
    return p == '?' || p == t || (match_case == Case::ignored && lower(p) == lower(t));
  };
  // On a mismatch only the last '*' can take one character more, so time is at most pattern x text.
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && same(pattern[p], text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

namespace {

// `aws:username` or `aws:username, 'somebody'`.
std::optional<std::string> value_of_variable(std::string_view inside, const PolicyContext& context) {
  const std::size_t comma = inside.find(',');
  std::string key(trim(inside.substr(0, comma)));
  std::transform(key.begin(), key.end(), key.begin(), lower);
  const auto found = context.find(key);
  if (found != context.end() && found->second.size() == 1) return found->second.front();
  if (found != context.end() && !found->second.empty()) return std::nullopt;
  if (comma == std::string_view::npos) return std::nullopt;
  const std::string_view fallback = trim(inside.substr(comma + 1));
  if (fallback.size() < 2 || fallback.front() != '\'' || fallback.back() != '\'') return std::nullopt;
  return std::string(fallback.substr(1, fallback.size() - 2));
}

}  // namespace

std::optional<std::string> expand_variables(std::string_view text, const PolicyContext& context) {
  std::string out;
  while (true) {
    const std::size_t begin = text.find("${");
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, begin));
    const std::string_view inside = text.substr(begin + 2, end - begin - 2);
    text.remove_prefix(end + 1);
    if (inside == "$") {
      out += '$';
      continue;
    }
    auto found = inside == "*" || inside == "?" ? std::optional(std::string(inside))
                                                : value_of_variable(inside, context);
    if (!found) return std::nullopt;
    std::string value = *std::move(found);
    std::replace(value.begin(), value.end(), '*', kLiteralStar);
    std::replace(value.begin(), value.end(), '?', kLiteralQuestion);
    out += value;
  }
}

}  // namespace berth::auth
