#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace berth {

/// Without the blanks, tabs and line ends around it.
inline std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// A to Z as a to z; anything else as it is, in every locale.
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// At most `bytes_max` bytes of a text that came from outside. What is too long loses its middle, not its
/// end: there errors say what was the matter. "…" stands for what is left out; characters of UTF-8 stay
/// whole.
std::string cut_middle(std::string_view text, std::size_t bytes_max);

}  // namespace berth
