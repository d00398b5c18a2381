#include "model/decode_context.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::model {
namespace {

/// Bytes of a caller's text that a message repeats.
constexpr std::size_t kQuotedMax = 64;

std::string quote(std::string_view text) {
  if (text.size() <= kQuotedMax) return fmt::format("'{}'", text);
  std::size_t end = kQuotedMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return fmt::format("'{}…'", text.substr(0, end));
}

std::string_view describe(const JsonValue& json) {
  switch (json.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "a boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
      return "a number";
    case boost::json::kind::string:
      return "a string";
    case boost::json::kind::array:
      return "a list";
    case boost::json::kind::object:
      return "an object";
  }
  return "something else";
}

/// The code point at `at`, which moves behind it. Input is UTF-8; a broken sequence yields U+FFFD.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  std::uint32_t point = first & (0x3Fu >> more);
  for (int i = 0; i < more; ++i) {
    if (at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) return 0xFFFD;
    point = (point << 6) | (static_cast<unsigned char>(text[at++]) & 0x3F);
  }
  return point;
}

template <class T>
std::string bounds(T min, T max, T lowest, T highest) {
  if (max == highest) return fmt::format("at least {}", min);
  if (min == lowest) return fmt::format("at most {}", max);
  return fmt::format("between {} and {}", min, max);
}

}  // namespace

const DecodeProblem* DecodeContext::find(ProblemKind kind) const {
  for (const DecodeProblem& problem : problems_) {
    if (problem.kind == kind) return &problem;
  }
  return nullptr;
}

std::string DecodeContext::summary() const {
  std::string text;
  for (const DecodeProblem& problem : problems_) {
    if (!text.empty()) text += "; ";
    text += problem.message;
  }
  return text;
}

std::string DecodeContext::path() const {
  std::string text;
  for (const Step& step : steps_) {
    if (step.name.data() == nullptr) {
      text += fmt::format("[{}]", step.index);
    } else {
      if (!text.empty()) text += '.';
      text += step.name;
    }
  }
  return text;
}

void DecodeContext::add(ProblemKind kind, std::string_view what) {
  ++problem_count_;
  if (problems_.size() >= kProblemsMax) return;
  std::string where = path();
  std::string message = where.empty() ? std::string(what) : fmt::format("{}: {}", where, what);
  problems_.push_back({kind, std::move(where), std::move(message)});
}

void DecodeContext::wrong_type(std::string_view expected, const JsonValue& found) {
  add(ProblemKind::wrong_type, fmt::format("expected {}, found {}", expected, describe(found)));
}

void DecodeContext::missing(std::string_view member) {
  const PathScope scope(*this, member);
  add(ProblemKind::missing, "is required");
}

void DecodeContext::bad_enum(std::string_view text, std::span<const std::string_view> allowed) {
  // ECS's words, in its order: "launchType should be one of [EC2,EXTERNAL,FARGATE]".
  std::vector<std::string_view> listed(allowed.begin(), allowed.end());
  std::sort(listed.begin(), listed.end());
  if (listed.size() > kEnumValuesListedMax) {
    listed.resize(kEnumValuesListedMax);
    listed.push_back("…");
  }
  ++problem_count_;
  if (problems_.size() >= kProblemsMax) return;
  std::string where = path();
  std::string message =
      fmt::format("{} should be one of [{}]{}", where.empty() ? "the value" : where, fmt::join(listed, ","),
                  text.empty() ? std::string() : fmt::format(", not {}", quote(text)));
  problems_.push_back({ProblemKind::bad_enum, std::move(where), std::move(message)});
}

const JsonObject* DecodeContext::object(const JsonValue& json) {
  if (!json.is_object()) wrong_type("an object", json);
  return json.if_object();
}

const JsonArray* DecodeContext::array(const JsonValue& json) {
  if (!json.is_array()) wrong_type("a list", json);
  return json.if_array();
}

void DecodeContext::check_length(std::size_t length, std::int64_t min, std::int64_t max) {
  const auto count = static_cast<std::int64_t>(length);
  if (count >= min && count <= max) return;
  add(ProblemKind::length, fmt::format("must have a length of {}, not {}",
                                       bounds<std::int64_t>(min, max, 0, kNoLengthMax), count));
}

void DecodeContext::check_range(std::int64_t value, std::int64_t min, std::int64_t max) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (value >= min && value <= max) return;
  add(ProblemKind::range,
      fmt::format("must be {}, not {}", bounds(min, max, Limits::lowest(), Limits::max()), value));
}

void DecodeContext::check_range(double value, double min, double max) {
  using Limits = std::numeric_limits<double>;
  if (value >= min && value <= max) return;
  add(ProblemKind::range,
      fmt::format("must be {}, not {}", bounds(min, max, Limits::lowest(), Limits::max()), value));
}

void DecodeContext::check_pattern(std::string_view text, const CharPattern& pattern) {
  if (matches(text, pattern)) return;
  add(ProblemKind::pattern, fmt::format("{} does not match the pattern {}", quote(text), pattern.text));
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool matches(std::string_view text, const CharPattern& pattern) {
  if (text.empty()) return pattern.empty_allowed;
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t point = next_code_point(text, at);
    if (point < 128) {
      if (((pattern.ascii[point / 64] >> (point % 64)) & 1) == 0) return false;
      continue;
    }
    const auto above =
        std::upper_bound(pattern.beyond.begin(), pattern.beyond.end(), point,
                         [](std::uint32_t p, const CodePointRange& range) { return p < range.low; });
    if (above == pattern.beyond.begin() || point > std::prev(above)->high) return false;
  }
  return true;
}

}  // namespace berth::model
