#include "agent/logging/agent_log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "agent/logging/line_format.h"
#include "agent/logging/rolling_file.h"

namespace berth::agent::logging {
namespace {

spdlog::level::level_enum level_of(const std::string& name) {
  if (name == "debug") return spdlog::level::debug;
  if (name == "warn") return spdlog::level::warn;
  if (name == "error") return spdlog::level::err;
  if (name == "crit") return spdlog::level::critical;
  if (name == "none") return spdlog::level::off;
  return spdlog::level::info;
}

LineFormat format_of(const std::string& name) {
  if (name == "json") return LineFormat::json;
  return name == "guide-2015" ? LineFormat::guide_2015 : LineFormat::logfmt;
}

constexpr std::uint64_t kMegabyte = 1'000'000;

}  // namespace

void configure_agent_log(const config::LogConfig& config) {
  std::vector<spdlog::sink_ptr> sinks;
  sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  sinks.back()->set_level(level_of(config.level));
  auto lowest = sinks.back()->level();
  if (!config.file.empty()) {
    RollingLimits limits;
    limits.hourly = config.rollover != "size";
    limits.bytes_max = static_cast<std::uint64_t>(config.file_size_mb_max) * kMegabyte;
    limits.rolled_max = static_cast<std::size_t>(config.rolled_max);
    sinks.push_back(std::make_shared<RollingFile>(config.file, limits));
    sinks.back()->set_level(config.level_on_instance.empty() ? spdlog::level::debug
                                                             : level_of(config.level_on_instance));
    lowest = std::min(lowest, sinks.back()->level());
  }
  auto logger = std::make_shared<spdlog::logger>("agent", sinks.begin(), sinks.end());
  logger->set_level(lowest);
  logger->set_formatter(std::make_unique<LineFormatter>(format_of(config.format)));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace berth::agent::logging
