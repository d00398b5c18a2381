#include "base/text.h"

namespace berth {
namespace {

constexpr std::string_view kEllipsis = "…";

// Bytes of UTF-8 that go on with a character.
bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

std::string cut_middle(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  if (bytes_max <= kEllipsis.size()) return std::string(kEllipsis.substr(0, bytes_max == 3 ? 3 : 0));
  const std::size_t kept = bytes_max - kEllipsis.size();
  std::size_t head = (kept + 1) / 2;
  std::size_t tail = text.size() - (kept - head);
  while (head > 0 && continues(text[head])) --head;
  while (tail < text.size() && continues(text[tail])) ++tail;
  std::string cut(text.substr(0, head));
  cut += kEllipsis;
  cut += text.substr(tail);
  return cut;
}

}  // namespace berth
