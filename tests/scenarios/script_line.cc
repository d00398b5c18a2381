#include "script_line.h"

#include <algorithm>

namespace berth::scenarios {

bool ScriptLine::has(const std::string& word) const {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<std::string> ScriptLine::text(const std::string& key) const {
  const auto found = options.find(key);
  return found == options.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int32_t> ScriptLine::number(const std::string& key) const {
  const auto found = text(key);
  return found ? std::optional(std::stoi(*found)) : std::nullopt;
}

std::vector<std::string> ScriptLine::all(const std::string& key) const {
  std::vector<std::string> values;
  for (auto [at, end] = options.equal_range(key); at != end; ++at) values.push_back(at->second);
  return values;
}

std::string ScriptLine::word(std::size_t position) const {
  return position < words.size() ? words[position] : std::string();
}

ScriptLine parse_line(std::string_view line) {
  std::vector<std::string> tokens(1);
  bool braced = false;
  for (const char c : line) {
    if (c == '{' || c == '}') {
      braced = c == '{';
    } else if (c == ' ' && !braced) {
      if (!tokens.back().empty()) tokens.emplace_back();
    } else {
      tokens.back() += c;
    }
  }
  if (tokens.back().empty()) tokens.pop_back();
  ScriptLine parsed;
  for (const auto& token : tokens) {
    const auto equals = token.find('=');
    if (parsed.command.empty())
      parsed.command = token;
    else if (equals == std::string::npos)
      parsed.words.push_back(token);
    else
      parsed.options.emplace(token.substr(0, equals), token.substr(equals + 1));
  }
  return parsed;
}

Duration parse_time(const std::string& text) {
  const auto number = std::stoll(text);
  switch (text.back()) {
    case 'h':
      return std::chrono::hours(number);
    case 'm':
      return std::chrono::minutes(number);
    default:
      return std::chrono::seconds(number);
  }
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

}  // namespace berth::scenarios
