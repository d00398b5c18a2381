#include "agent/logging/line_format.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/json.h"

namespace berth::agent::logging {
namespace {

struct Parts {
  std::string_view module;
  std::string_view text;
};

// "agent: registered" → module agent.
Parts split_message(std::string_view message) {
  const auto colon = message.find(": ");
  if (colon == std::string_view::npos || colon == 0) return {{}, message};
  const auto word = message.substr(0, colon);
  const bool lower = std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (!lower) return {{}, message};
  return {word, message.substr(colon + 2)};
}

std::string_view name_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return "debug";
    case spdlog::level::warn:
      return "warn";
    case spdlog::level::err:
      return "error";
    case spdlog::level::critical:
      return "critical";
    default:
      return "info";
  }
}

}  // namespace

void LineFormatter::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& into) {
  const Parts parts = split_message({message.payload.data(), message.payload.size()});
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(message.time);
  const std::string time = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
  std::string line;
  if (format_ == LineFormat::json) {
    JsonWriter writer;
    const auto member = [&](std::string_view name, std::string_view value) {
      writer.key(name);
      writer.string(value);
    };
    writer.begin_object();
    member("level", name_of(message.level));
    member("time", time);
    member("msg", parts.text);
    if (!parts.module.empty()) member("module", parts.module);
    writer.end_object();
    line = writer.take();
  } else {
    // A JSON string is a quoted text with everything escaped that could end the line or the quotes.
    line = fmt::format("level={} time={} msg={}", name_of(message.level), time,
                       render_json(JsonValue(JsonString(parts.text.data(), parts.text.size()))));
    if (!parts.module.empty()) line += fmt::format(" module={}", parts.module);
  }
  line += '\n';
  into.append(line.data(), line.data() + line.size());
}

std::unique_ptr<spdlog::formatter> LineFormatter::clone() const {
  return std::make_unique<LineFormatter>(format_);
}

}  // namespace berth::agent::logging
