// Patterns over fields between blanks: [ip, user, ..., status = 4* || status = 5*, size].
#include <algorithm>

#include "services/logs/filter_pattern.h"
#include "services/logs/pattern_reader.h"

namespace berth::services::logs {
namespace {

constexpr std::size_t kFieldsMax = 256;

// A field's conditions: one of the groups holds, and a group holds when all of it does. None: anything goes.
struct Field {
  std::vector<std::vector<Comparison>> any_of;

  bool matches(std::string_view value) const {
    const auto all = [&](const std::vector<Comparison>& group) {
      return std::all_of(group.begin(), group.end(),
                         [&](const Comparison& c) { return c.matches_text(value); });
    };
    return any_of.empty() || std::any_of(any_of.begin(), any_of.end(), all);
  }
};

// What stands between blanks; in brackets or quotation marks blanks belong to it.
std::vector<std::string_view> split_fields(std::string_view message) {
  std::vector<std::string_view> fields;
  std::size_t at = 0;
  while (at < message.size() && fields.size() <= kFieldsMax) {
    if (message[at] == ' ' || message[at] == '\t' || message[at] == '\n' || message[at] == '\r') {
      ++at;
      continue;
    }
    const char open = message[at];
    const char close = open == '"' ? '"' : open == '[' ? ']' : '\0';
    const auto end = close != '\0' ? message.find(close, at + 1) : std::string_view::npos;
    if (end != std::string_view::npos) {
      fields.push_back(message.substr(at + 1, end - at - 1));
      at = end + 1;
      continue;
    }
    const auto blank = std::min(message.find_first_of(" \t\n\r", at), message.size());
    fields.push_back(message.substr(at, blank - at));
    at = blank;
  }
  return fields;
}

class FieldMatcher final : public EventMatcher {
 public:
  std::vector<Field> before, after;  ///< The ellipsis, which stands for any number of fields.
  bool ellipsis = false;

  bool matches(std::string_view message) const override {
    const auto fields = split_fields(message);
    const auto wanted = before.size() + after.size();
    if (ellipsis ? fields.size() < wanted : fields.size() != wanted) return false;
    for (std::size_t i = 0; i < before.size(); ++i)
      if (!before[i].matches(fields[i])) return false;
    for (std::size_t i = 0; i < after.size(); ++i)
      if (!after[i].matches(fields[fields.size() - after.size() + i])) return false;
    return true;
  }
};

// `name`, `name = value`, `name = a || name = b && name != c`.
Result<Field> take_field(PatternReader& reader) {
  Field field;
  for (;;) {
    const auto name = reader.take_until(",]=<>!&|\"");
    const char next = reader.peek();
    if (name.empty() && field.any_of.empty()) return reader.unexpected();
    if (field.any_of.empty() && (next == ',' || next == ']')) return field;
    auto comparison = reader.take_comparison(",]&|");
    if (!comparison) return std::move(comparison).error();
    if (field.any_of.empty()) field.any_of.emplace_back();
    field.any_of.back().push_back(*std::move(comparison));
    if (reader.take("||"))
      field.any_of.emplace_back();
    else if (!reader.take("&&"))
      return field;
  }
}

}  // namespace

Result<FilterPattern> parse_field_pattern(std::string_view text) {
  auto matcher = std::make_shared<FieldMatcher>();
  PatternReader reader(text);
  reader.take("[");
  while (!reader.take("]")) {
    if (reader.take("...")) {
      if (matcher->ellipsis) return invalid("Invalid filter pattern: there is more than one ellipsis");
      matcher->ellipsis = true;
    } else {
      auto field = take_field(reader);
      if (!field) return std::move(field).error();
      (matcher->ellipsis ? matcher->after : matcher->before).push_back(*std::move(field));
    }
    if (matcher->before.size() + matcher->after.size() > kFieldsMax)
      return invalid("Invalid filter pattern: it has too many fields");
    if (!reader.take(",") && reader.peek() != ']') return reader.unexpected();
  }
  if (!reader.at_end()) return reader.unexpected();
  FilterPattern pattern;
  pattern.matcher = std::move(matcher);
  return pattern;
}

}  // namespace berth::services::logs
