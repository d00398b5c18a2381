#pragma once
#include <spdlog/formatter.h>

#include <memory>
#include <string>

namespace berth::agent::logging {

/// How a line of the log is written (ECS_LOG_OUTPUT_FORMAT).
enum class LineFormat {
  logfmt,
  json,
  guide_2015,  ///< As the developer guide of 2015 shows it (p.119).
};

/// `level=info time=2026-11-20T23:38:36Z msg="registered" module=agent`, or the same as a JSON object. A
/// message that begins with a word and a colon names its module; `containerInstance=`, `cluster=`, `host=`
/// and `version=` at its end become members of their own. Times are UTC. Control characters are escaped: a
/// message is one line. In the form of 2015: `t=2015-04-22T20:51:46+0000 lvl=info msg="Starting Agent"
/// module=main`, levels `dbug`, `info`, `warn`, `eror` and `crit`, and quotes only where they are needed.
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
