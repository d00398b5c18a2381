#pragma once
#include <spdlog/formatter.h>

#include <memory>
#include <string>

namespace berth::agent::logging {

/// How a line of the log is written (ECS_LOG_OUTPUT_FORMAT).
enum class LineFormat { logfmt, json };

/// `level=info time=2026-11-20T23:38:36Z msg="registered" module=agent`, or the same as a JSON object. A
/// message that begins with a word and a colon names its module. Times are UTC. Control characters are
/// escaped: a message is one line.
///
/// Runs on: one thread at a time, as spdlog's formatters do.
class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(LineFormat format) : format_(format) {}
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& into) override;
  std::unique_ptr<spdlog::formatter> clone() const override;

 private:
  LineFormat format_;
};

}  // namespace berth::agent::logging
