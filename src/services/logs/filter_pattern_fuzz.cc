// Any text as a pattern, on any text as a message.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "services/logs/filter_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto split = text.find('\0');
  const auto pattern = berth::services::logs::parse_filter_pattern(text.substr(0, split));
  if (!pattern || !pattern->matcher) return 0;
  const auto message = split == std::string_view::npos ? text : text.substr(split + 1);
  const bool matched = pattern->matcher->matches(message);
  for (const auto& term : pattern->terms)
    if (matched && message.find(term) == std::string_view::npos) __builtin_trap();
  return 0;
}
