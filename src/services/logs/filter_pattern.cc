#include "services/logs/filter_pattern.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "services/logs/pattern_reader.h"

namespace berth::services::logs {
namespace {

bool holds(std::string_view message, const std::string& term) {
  return message.find(term) != std::string_view::npos;
}

// Terms: all that are required, none that are excluded; where only optional ones are, one of them.
class TermMatcher final : public EventMatcher {
 public:
  std::vector<std::string> required, optional, excluded;

  bool matches(std::string_view message) const override {
    const auto in_message = [&](const std::string& term) { return holds(message, term); };
    if (std::any_of(excluded.begin(), excluded.end(), in_message)) return false;
    if (!required.empty()) return std::all_of(required.begin(), required.end(), in_message);
    if (optional.empty() || !excluded.empty()) return true;
    return std::any_of(optional.begin(), optional.end(), in_message);
  }
};

bool is_of_word(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

Result<std::string> take_term(PatternReader& reader) {
  if (reader.peek() == '"') return reader.take_quoted();
  auto term = reader.take_until("\"");
  if (term.starts_with('%')) return invalid("Invalid filter pattern: Berth has no regular expressions (%…%)");
  if (term.empty()) return reader.unexpected();
  if (!std::all_of(term.begin(), term.end(), is_of_word))
    return invalid(
        fmt::format("Invalid character(s) in term '{}': terms of other characters than letters, digits "
                    "and _ stand in double quotes",
                    term));
  return term;
}

}  // namespace

Result<FilterPattern> parse_term_pattern(std::string_view text) {
  auto matcher = std::make_shared<TermMatcher>();
  PatternReader reader(text);
  while (!reader.at_end()) {
    auto& kind = reader.take("?")   ? matcher->optional
                 : reader.take("-") ? matcher->excluded
                                    : matcher->required;
    auto term = take_term(reader);
    if (!term) return std::move(term).error();
    if (!term->empty()) kind.push_back(*std::move(term));
  }
  FilterPattern pattern;
  pattern.terms = matcher->required;
  pattern.matcher = std::move(matcher);
  return pattern;
}

Result<FilterPattern> parse_filter_pattern(std::string_view text) {
  text = trim(text);
  if (text.empty()) return FilterPattern();
  if (text.front() == '{') return parse_json_pattern(text);
  if (text.front() == '[') return parse_field_pattern(text);
  return parse_term_pattern(text);
}

}  // namespace berth::services::logs
