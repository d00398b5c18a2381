#include "agent/drivers/docker/json_lines.h"

#include "base/text.h"

namespace berth::agent::drivers::docker {

Result<void> JsonLines::feed(std::string_view bytes) {
  held_.erase(0, start_);
  start_ = 0;
  held_.append(bytes);
  const auto last = held_.rfind('\n');
  const auto open = last == std::string::npos ? held_.size() : held_.size() - last - 1;
  if (open > kJsonLineBytesMax)
    return Error{ErrorCode::too_large, "Docker sent a line without end", Retry::no};
  return {};
}

std::optional<std::string> JsonLines::next() {
  while (true) {
    const auto end = held_.find('\n', start_);
    if (end == std::string::npos) return {};
    const std::string_view line = trim(std::string_view(held_).substr(start_, end - start_));
    start_ = end + 1;
    if (!line.empty()) return std::string(line);
  }
}

std::optional<std::string> JsonLines::rest() {
  const std::string line(trim(std::string_view(held_).substr(start_)));
  start_ = held_.size();
  if (line.empty()) return {};
  return line;
}

}  // namespace berth::agent::drivers::docker
