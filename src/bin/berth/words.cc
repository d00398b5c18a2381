#include "bin/berth/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace berth::cli {

std::string Words::option(const std::string& name, const std::string& otherwise) const {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : found->second;
}

std::vector<std::string> Words::all(const std::string& name) const {
  std::vector<std::string> values;
  const auto [from, to] = options.equal_range(name);
  for (auto at = from; at != to; ++at) values.push_back(at->second);
  return values;
}

Result<Words> split_words(const std::vector<std::string>& words, const std::vector<std::string>& known) {
  Words split;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("--")) {
      split.plain.push_back(words[i]);
      continue;
    }
    const auto equals = words[i].find('=');
    const std::string name = words[i].substr(2, equals == std::string::npos ? equals : equals - 2);
    if (std::find(known.begin(), known.end(), name) == known.end())
      return invalid(fmt::format("there is no option --{} here", name));
    if (equals != std::string::npos)
      split.options.emplace(name, words[i].substr(equals + 1));
    else if (i + 1 < words.size())
      split.options.emplace(name, words[++i]);
    else
      return invalid(fmt::format("--{} needs a value", name));
  }
  return split;
}

Result<std::int64_t> parse_seconds(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const std::int64_t factor = unit == "s" || unit.empty() ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  if (error != std::errc() || factor == 0 || value < 0 || value > 1'000'000)
    return invalid(fmt::format("'{}' is no duration: use 90s, 5m or 2h", text));
  return value * factor;
}

int fail(const Error& error) {
  fmt::print(stderr, "berth: {}\n", error.message);
  return 1;
}

}  // namespace berth::cli
