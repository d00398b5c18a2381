#include "auth/policy_condition.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "auth/authorization.h"
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

bool compare(std::optional<double> actual, std::optional<double> wanted, Relation relation) {
  if (!actual || !wanted) return false;
  switch (relation) {
    case Relation::equal:
      return *actual == *wanted;
    case Relation::less:
      return *actual < *wanted;
    case Relation::less_or_equal:
      return *actual <= *wanted;
    case Relation::greater:
      return *actual > *wanted;
    case Relation::greater_or_equal:
      return *actual >= *wanted;
  }
  return false;
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

bool is_in_network(const std::string& actual, const std::string& network) {
  const auto address = parse_address(actual);
  const auto range = parse_address(network);
  if (!address || !range) return false;
  for (int bit = 0; bit < range->prefix_bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((address->bytes[byte] & mask) != (range->bytes[byte] & mask)) return false;
  }
  return true;
}

// Each of the six parts by itself, so that no wildcard reaches across a colon before the resource.
bool matches_arn(std::string_view pattern, std::string_view arn) {
  for (int part = 0; part < 5; ++part) {
    const std::size_t pattern_end = pattern.find(':');
    const std::size_t arn_end = arn.find(':');
    if (pattern_end == std::string_view::npos || arn_end == std::string_view::npos)
      return part == 0 && pattern == "*";
    if (!matches_wildcard(pattern.substr(0, pattern_end), arn.substr(0, arn_end))) return false;
    pattern.remove_prefix(pattern_end + 1);
    arn.remove_prefix(arn_end + 1);
  }
  return matches_wildcard(pattern, arn);
}

bool matches_value(const Condition& condition, const std::string& actual, const std::string& wanted) {
  switch (condition.op) {
    case Operator::string_equals:
      return actual == unmark(wanted);
    case Operator::boolean:
    case Operator::string_equals_ignore_case:
      return equal_ignoring_case(actual, unmark(wanted));
    case Operator::string_like:
      return matches_wildcard(wanted, actual);
    case Operator::arn_like:
      return matches_arn(wanted, actual);
    case Operator::ip_address:
      return is_in_network(actual, wanted);
    case Operator::numeric:
      return compare(parse_number(actual), parse_number(wanted), condition.relation);
    case Operator::date:
      return compare(parse_date(actual), parse_date(wanted), condition.relation);
    case Operator::null:
      break;
  }
  return false;
}

bool matches_one_of(const Condition& condition, const std::string& actual,
                    const std::vector<std::string>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const std::string& value) { return matches_value(condition, actual, value); });
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

bool holds(const Condition& condition, const PolicyContext& context, bool has_variables) {
  const auto found = context.find(condition.key);
  const bool present = found != context.end() && !found->second.empty();
  if (condition.op == Operator::null)
    return std::any_of(condition.values.begin(), condition.values.end(), [&](const std::string& value) {
      return equal_ignoring_case(value, "true") != present;
    });
  if (!present)
    return condition.quantifier != Quantifier::any_value &&
           (condition.negated || condition.if_exists || condition.quantifier == Quantifier::all_values);

  std::vector<std::string> wanted;
  for (const std::string& value : condition.values) {
    if (!has_variables || value.find("${") == std::string::npos) {
      wanted.push_back(value);
    } else if (auto expanded = expand_variables(value, context)) {
      wanted.push_back(std::move(*expanded));
    }
  }
  const auto satisfied = [&](const std::string& actual) {
    return matches_one_of(condition, actual, wanted) != condition.negated;
  };
  const auto& actual = found->second;
  const bool all = condition.quantifier == Quantifier::all_values ||
                   (condition.quantifier == Quantifier::none && condition.negated);
  return all ? std::all_of(actual.begin(), actual.end(), satisfied)
             : std::any_of(actual.begin(), actual.end(), satisfied);
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

std::optional<std::string> expand_variables(std::string_view text, const PolicyContext& context) {
  std::string out;
  while (true) {
    const std::size_t begin = text.find("${");
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, begin));
    std::string key(text.substr(begin + 2, end - begin - 2));
    text.remove_prefix(end + 1);
    if (key == "$") {
      out += '$';
      continue;
    }
    std::string value = key;
    if (key != "*" && key != "?") {
      std::transform(key.begin(), key.end(), key.begin(), lower);
      const auto found = context.find(key);
      if (found == context.end() || found->second.size() != 1) return std::nullopt;
      value = found->second.front();
    }
    std::replace(value.begin(), value.end(), '*', kLiteralStar);
    std::replace(value.begin(), value.end(), '?', kLiteralQuestion);
    out += value;
  }
}

}  // namespace berth::auth
