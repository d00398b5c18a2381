#include "bin/berth/log_tail.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <vector>

namespace berth::cli {
namespace {

constexpr std::size_t kLinesMax = 5;
constexpr std::size_t kLineLengthMax = 400;

bool is_serious(const std::string& line) {
  constexpr std::array<std::string_view, 6> kWords = {"[error]",     "[critical]",     "[ERROR]",
                                                      "level=error", "level=critical", "level=crit"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](auto word) { return line.find(word) != std::string::npos; });
}

}  // namespace

std::string telling_lines(std::string_view log) {
  std::vector<std::string> lines;
  std::istringstream text{std::string(log)};
  for (std::string line; std::getline(text, line);)
    if (!line.empty()) lines.push_back(line.substr(0, kLineLengthMax));
  std::vector<std::string> telling;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (is_serious(lines[i]) || i + 1 == lines.size()) telling.push_back(lines[i]);
  std::string shown;
  for (std::size_t i = telling.size() - std::min(telling.size(), kLinesMax); i < telling.size(); ++i)
    shown += "\n    " + telling[i];
  return shown;
}

}  // namespace berth::cli
