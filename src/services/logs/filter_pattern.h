#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace berth::services::logs {

/// Whether an event is wanted.
/// Runs on: any thread.
class EventMatcher {
 public:
  virtual ~EventMatcher() = default;
  virtual bool matches(std::string_view message) const = 0;
};

/// A filter pattern of CloudWatch Logs (documentation: Filter pattern syntax): terms, `"phrases"`,
/// `?optional`,
/// `-excluded`; `[ip, user, ..., status = 4*, size]` over fields between blanks; `{ $.code = 500 && $.user IS
/// NULL }` over JSON. Terms are parts of texts, as grep finds them, and case counts. Pure.
struct FilterPattern {
  std::shared_ptr<const EventMatcher> matcher;  ///< Null: every event.
  std::vector<std::string> terms;               ///< Texts that each wanted event has.
};

/// Errors: `invalid`, in words for the caller; also for `%regular expressions%`, which Berth does not have.
Result<FilterPattern> parse_filter_pattern(std::string_view text);

/// How deep brackets may be in one another.
inline constexpr int kPatternDepthMax = 32;

// Of one kind each; parse_filter_pattern() chooses by the first character.
Result<FilterPattern> parse_term_pattern(std::string_view text);
Result<FilterPattern> parse_field_pattern(std::string_view text);
Result<FilterPattern> parse_json_pattern(std::string_view text);

}  // namespace berth::services::logs
