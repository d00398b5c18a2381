#include "runtime/transport.h"

#include <algorithm>

namespace berth::runtime {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view find_header(std::span<const Header> headers, std::string_view name) {
  const auto found = std::ranges::find_if(headers, [name](const Header& header) {
    return std::ranges::equal(header.name, name, [](char a, char b) { return lower(a) == lower(b); });
  });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

}  // namespace berth::runtime
