#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace berth::scenarios {

/// A line of a scenario: `command word word key=value key={a value with spaces} …`.
struct ScriptLine {
  std::string command;
  std::vector<std::string> words;
  std::multimap<std::string, std::string> options;

  bool has(const std::string& word) const;
  std::optional<std::string> text(const std::string& key) const;
  std::optional<std::int32_t> number(const std::string& key) const;
  std::vector<std::string> all(const std::string& key) const;
  /// The word at a position; empty when there are fewer.
  std::string word(std::size_t position) const;
};

ScriptLine parse_line(std::string_view line);
/// "90s", "5m", "1h".
Duration parse_time(const std::string& text);
/// What comes between the separators.
std::vector<std::string> split(const std::string& text, char separator);

}  // namespace berth::scenarios
