#include "agent/logging/line_format.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace berth::agent::logging {
namespace {

using Field = std::pair<std::string_view, std::string_view>;

struct Parts {
  std::string_view module;
  std::string_view text;
  std::vector<Field> fields;
};

// Nobody else's text may add members to a line: only these, which our own messages end with.
constexpr std::array<std::string_view, 4> kFields = {"containerInstance", "cluster", "host", "version"};

bool is_module(std::string_view word) {
  if (word == "api client" || word == "acs client") return true;
  return std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
}

// "registered cluster=c" → cluster=c, and "registered" is left.
void split_fields(Parts& parts) {
  for (auto space = parts.text.rfind(' '); space != std::string_view::npos; space = parts.text.rfind(' ')) {
    const auto word = parts.text.substr(space + 1);
    const auto equals = word.find('=');
    if (equals == std::string_view::npos ||
        std::ranges::find(kFields, word.substr(0, equals)) == kFields.end())
      break;
    parts.fields.insert(parts.fields.begin(), {word.substr(0, equals), word.substr(equals + 1)});
    parts.text = parts.text.substr(0, space);
  }
}

// "agent: registered" → module agent.
Parts split_message(std::string_view message) {
  Parts parts{{}, message, {}};
  const auto colon = message.find(": ");
  if (colon == std::string_view::npos || colon == 0 || !is_module(message.substr(0, colon))) return parts;
  parts.module = message.substr(0, colon);
  parts.text = message.substr(colon + 2);
  split_fields(parts);
  return parts;
}

std::string quoted(std::string_view text) {
  // A JSON string is a quoted text with everything escaped that could end the line or the quotes.
  return render_json(JsonValue(JsonString(text.data(), text.size())));
}

std::string quoted_if_needed(std::string_view text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
  });
  return plain ? std::string(text) : quoted(text);
}

std::string_view name_of_2015(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return "dbug";
    case spdlog::level::warn:
      return "warn";
    case spdlog::level::err:
      return "eror";
    case spdlog::level::critical:
      return "crit";
    default:
      return "info";
  }
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

std::string render_members(std::string_view level, std::string_view time, const Parts& parts) {
  JsonWriter writer;
  const auto member = [&](std::string_view name, std::string_view value) {
    writer.key(name);
    writer.string(value);
  };
  writer.begin_object();
  member("level", level);
  member("time", time);
  member("msg", parts.text);
  if (!parts.module.empty()) member("module", parts.module);
  for (const auto& [name, value] : parts.fields) member(name, value);
  writer.end_object();
  return writer.take();
}

// What follows the message in either form of logfmt.
void add_members(std::string& line, const Parts& parts) {
  if (!parts.module.empty()) line += fmt::format(" module={}", quoted_if_needed(parts.module));
  for (const auto& [name, value] : parts.fields) line += fmt::format(" {}={}", name, quoted_if_needed(value));
}

}  // namespace

void LineFormatter::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& into) {
  const Parts parts = split_message({message.payload.data(), message.payload.size()});
  const auto time = fmt::gmtime(std::chrono::time_point_cast<std::chrono::seconds>(message.time));
  std::string line;
  switch (format_) {
    case LineFormat::json:
      line = render_members(name_of(message.level), fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", time), parts);
      break;
    case LineFormat::logfmt:
      line = fmt::format("level={} time={:%Y-%m-%dT%H:%M:%SZ} msg={}", name_of(message.level), time,
                         quoted(parts.text));
      add_members(line, parts);
      break;
    case LineFormat::guide_2015:
      line = fmt::format("t={:%Y-%m-%dT%H:%M:%S}+0000 lvl={} msg={}", time, name_of_2015(message.level),
                         quoted_if_needed(parts.text));
      add_members(line, parts);
      break;
  }
  line += '\n';
  into.append(line.data(), line.data() + line.size());
}

std::unique_ptr<spdlog::formatter> LineFormatter::clone() const {
  return std::make_unique<LineFormatter>(format_);
}

}  // namespace berth::agent::logging
