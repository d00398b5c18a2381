#include "agent/drivers/docker/api_version.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

namespace berth::agent::drivers::docker {
namespace {

std::optional<std::pair<unsigned, unsigned>> parse_version(std::string_view text) {
  std::pair<unsigned, unsigned> version;
  const char* end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.first);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return {};
  const auto minor = std::from_chars(major.ptr + 1, end, version.second);
  if (minor.ec != std::errc() || minor.ptr != end) return {};
  return version;
}

}  // namespace

bool is_api_at_least(std::string_view a, std::string_view b) {
  const auto left = parse_version(a);
  const auto right = parse_version(b);
  return left && right && *left >= *right;
}

Result<std::string> choose_api_version(const engine::EngineVersion& engine) {
  if (!parse_version(engine.api_version)) {
    return invalid(fmt::format("the Docker daemon names no API version ('{}')", engine.api_version));
  }
  if (!is_api_at_least(engine.api_version, kApiVersionMin)) {
    return invalid(fmt::format("the Docker daemon speaks API {} at most; {} or later is needed",
                               engine.api_version, kApiVersionMin));
  }
  if (!is_api_at_least(engine.api_version, kApiVersionWanted)) return engine.api_version;
  if (is_api_at_least(engine.min_api_version, kApiVersionWanted)) return engine.min_api_version;
  return std::string(kApiVersionWanted);
}

}  // namespace berth::agent::drivers::docker
