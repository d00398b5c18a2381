#pragma once
#include <spdlog/sinks/base_sink.h>

#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>

namespace berth::agent::logging {

struct RollingLimits {
  bool hourly = true;           ///< Else by size.
  std::uint64_t bytes_max = 0;  ///< Of a file that rolls by size.
  std::size_t rolled_max = 24;  ///< Files kept besides the current one.
};

/// A log file that is renamed to `FILE.YYYY-MM-DD-HH` (UTC, the hour of its last line) when an hour is over
/// or it has grown too large, and begun anew under its own name. Of the renamed ones the newest are kept.
///
/// Runs on: any thread.
/// Errors: a disk that is full or a folder that is gone loses lines, never the process; each roll tries
///   again.
class RollingFile final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  RollingFile(std::string path, RollingLimits limits);
  ~RollingFile() override;

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override;

 private:
  void open();
  void close();
  bool due(std::int64_t hour, std::size_t bytes) const;
  void roll();
  void remove_oldest() const;

  std::string path_;
  RollingLimits limits_;
  std::FILE* file_ = nullptr;
  std::uint64_t bytes_ = 0;
  std::int64_t hour_ = 0;  ///< Of the last line, in hours since 1970.
};

}  // namespace berth::agent::logging
