#include "placement/query_values.h"

#include <charconv>
#include <chrono>
#include <vector>

namespace berth::placement {
namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// Exactly `digits` digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// The seconds of a time of day with its offset, e.g. "22:28:28+00:00".
std::optional<std::int64_t> parse_time_of_day(std::string_view text) {
  auto hour = take_digits(text, 2);
  if (!hour || !take_char(text, ':')) return std::nullopt;
  auto minute = take_digits(text, 2);
  if (!minute || !take_char(text, ':')) return std::nullopt;
  auto second = take_digits(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  if (take_char(text, '.')) {
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
  }
  std::int64_t seconds = *hour * 3600 + *minute * 60 + *second;
  if (text.empty() || text == "Z") return seconds;
  int sign = text.front() == '+' ? -1 : text.front() == '-' ? 1 : 0;
  if (sign == 0) return std::nullopt;
  text.remove_prefix(1);
  auto zone_hours = take_digits(text, 2);
  take_char(text, ':');
  auto zone_minutes = take_digits(text, 2);
  if (!zone_hours || !zone_minutes || *zone_hours > 18 || *zone_minutes > 59 || !text.empty())
    return std::nullopt;
  return seconds + sign * (*zone_hours * 3600 + *zone_minutes * 60);
}

std::optional<std::vector<std::int64_t>> version_numbers(std::string_view text) {
  take_char(text, 'v');
  text = text.substr(0, text.find_first_of("-+ "));
  std::vector<std::int64_t> numbers;
  while (true) {
    std::size_t dot = text.find('.');
    auto number = parse_number<std::int64_t>(text.substr(0, dot));
    if (!number || *number < 0) return std::nullopt;
    numbers.push_back(*number);
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  while (!numbers.empty() && numbers.back() == 0) numbers.pop_back();  // 1.2 and 1.2.0 are the same.
  return numbers;
}

template <class T>
int sign_of(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

}  // namespace

std::optional<ParsedDate> parse_date(std::string_view text) {
  auto year = take_digits(text, 4);
  if (!year || !take_char(text, '-')) return std::nullopt;
  auto month = take_digits(text, 2);
  if (!month || !take_char(text, '-')) return std::nullopt;
  auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(*year),
                                   std::chrono::month(static_cast<unsigned>(*month)),
                                   std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  std::int64_t midnight = std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86400};
  if (text.empty()) return ParsedDate{midnight, true};
  if (!take_char(text, 'T')) return std::nullopt;
  auto time = parse_time_of_day(text);
  if (!time) return std::nullopt;
  return ParsedDate{midnight + *time, false};
}

std::optional<int> compare_versions(std::string_view a, std::string_view b) {
  auto left = version_numbers(a), right = version_numbers(b);
  if (!left || !right) return std::nullopt;
  return sign_of(*left, *right);
}

int compare_values(std::string_view a, std::string_view b) {
  auto left = parse_number<double>(a), right = parse_number<double>(b);
  if (left && right) return sign_of(*left, *right);
  return sign_of(a, b);
}

std::optional<std::string> interpret(QuerySubject subject, QueryArgument& argument) {
  switch (subject) {
    case QuerySubject::attribute:
    case QuerySubject::task_group:
    case QuerySubject::ec2_instance_id:
      return std::nullopt;
    case QuerySubject::agent_connected:
      if (argument.text == "true" || argument.text == "false") return std::nullopt;
      return "expected true or false";
    case QuerySubject::agent_version:
      if (version_numbers(argument.text)) return std::nullopt;
      return "expected a version such as 1.94.0";
    case QuerySubject::registered_at: {
      auto date = parse_date(argument.text);
      if (!date) return "expected a date such as 2018-06-18T22:28:28+00:00";
      argument.number = date->seconds;
      argument.whole_day = date->whole_day;
      return std::nullopt;
    }
    case QuerySubject::running_tasks_count: {
      auto number = parse_number<std::int64_t>(argument.text);
      if (!number) return "expected a number";
      argument.number = *number;
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace berth::placement
