#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth::agent::logs {

/// A place in a container's output: behind the `lines`-th line of that time.
struct OutputPosition {
  std::int64_t time_ns = 0;
  std::int64_t lines = 0;
  friend bool operator==(const OutputPosition&, const OutputPosition&) = default;

  /// Behind a line that comes next.
  void pass(std::int64_t line_time_ns) {
    if (line_time_ns <= time_ns) {
      ++lines;  // Lines of two streams may be a moment out of order.
    } else {
      time_ns = line_time_ns;
      lines = 1;
    }
  }
};

/// What the agent remembers of a container's output.
struct OutputRecord {
  OutputPosition sent;  ///< Up to here it was stored.
  /// Lines behind `sent` of the batch that was sent last, whose answer may not have come. 0: there is none.
  std::int64_t under_way = 0;
  /// Calls of that batch that were answered: what is too much for one is sent in several.
  std::int64_t parts_sent = 0;
  bool done = false;  ///< The container has stopped, and all was stored.
  friend bool operator==(const OutputRecord&, const OutputRecord&) = default;
};

std::string render_output_record(const OutputRecord& record);
/// Nothing for what is no such text: it is begun anew.
std::optional<OutputRecord> parse_output_record(std::string_view text);

}  // namespace berth::agent::logs
