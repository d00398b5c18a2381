#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/engine/container_logs.h"
#include "base/result.h"

namespace re2 {
class RE2;
}

namespace berth::agent::logs {

struct OutputEvent {
  std::int64_t time_ms = 0;
  std::string message;
};

/// Longer events are several.
inline constexpr std::size_t kEventBytesMax = (256U << 10) - 26;
/// An event of several lines is whole when it is so long.
inline constexpr std::size_t kMultilineBytesMax = 1U << 20;

/// Bytes as UTF-8: what is none of it becomes U+FFFD, as JSON can carry no bytes.
std::string to_utf8(std::string_view bytes);

/// Makes events of lines: one of each, or, with an expression that begins them, one of several. Empty lines
/// are no events.
class EventLines {
 public:
  /// Errors: `invalid`: that is no regular expression; in words for the operator.
  static Result<std::unique_ptr<EventLines>> make(const std::string& event_start);
  ~EventLines();

  /// Adds the events that are whole now.
  void add(const engine::OutputLine& line, std::vector<OutputEvent>& events);
  /// What is held is an event.
  void finish(std::vector<OutputEvent>& events);
  /// Whether lines are held: they are in no event yet.
  bool holding() const { return held_lines_ > 0; }
  std::size_t held_lines() const { return held_lines_; }

 private:
  explicit EventLines(std::unique_ptr<re2::RE2> start);
  std::unique_ptr<re2::RE2> start_;  ///< Null: every line is an event.
  std::size_t held_lines_ = 0;
  OutputEvent held_;
};

}  // namespace berth::agent::logs
