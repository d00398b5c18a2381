#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "agent/engine/container_logs.h"
#include "base/result.h"

namespace berth::agent::drivers::docker {

/// Longer lines come in pieces of this size.
inline constexpr std::size_t kOutputLineBytesMax = 1U << 20;

/// Turns Docker's stream of a container's output, with timestamps, into lines. Docker cuts what containers
/// write at 16 KiB; here it is one line again. With a terminal there are no frames around the lines.
class OutputFrames {
 public:
  explicit OutputFrames(bool tty) : tty_(tty) {}
  /// Adds the lines that are whole now. Errors: `invalid`: that is no such stream.
  Result<void> feed(std::string_view bytes, std::vector<engine::OutputLine>& lines);
  /// At the end: a line without an end is one too.
  void finish(std::vector<engine::OutputLine>& lines);

 private:
  Result<void> take_frames(std::vector<engine::OutputLine>& lines);
  Result<void> take_lines(std::vector<engine::OutputLine>& lines);
  Result<void> take_record(std::string_view record, std::string& held, std::int64_t& time,
                           std::vector<engine::OutputLine>& lines);

  bool tty_;
  std::string bytes_;  ///< Not yet whole.
  /// Of a line that goes on: standard output and standard error.
  std::string held_[2];
  std::int64_t held_time_[2] = {0, 0};
};

/// "2026-11-21T02:17:00.062798018Z" as nanoseconds.
std::optional<std::int64_t> parse_docker_nanoseconds(std::string_view text);

}  // namespace berth::agent::drivers::docker
