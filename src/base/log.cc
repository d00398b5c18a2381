#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>
#include <vector>

namespace berth {
namespace {

spdlog::level::level_enum parse_level(const std::string& level) {
  if (level == "debug") return spdlog::level::debug;
  if (level == "warn") return spdlog::level::warn;
  if (level == "error") return spdlog::level::err;
  if (level == "crit") return spdlog::level::critical;
  if (level == "none") return spdlog::level::off;
  return spdlog::level::info;
}

}  // namespace

void configure_log(const std::string& level, const std::string& file) {
  std::vector<spdlog::sink_ptr> sinks;
  sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  sinks.back()->set_level(parse_level(level));
  if (!file.empty()) {
    sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(file));
    sinks.back()->set_level(spdlog::level::debug);
  }
  auto logger = std::make_shared<spdlog::logger>("berth", sinks.begin(), sinks.end());
  logger->set_level(file.empty() ? parse_level(level) : spdlog::level::debug);
  logger->set_pattern("%Y-%m-%dT%H:%M:%SZ [%^%l%$] %v", spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace berth
