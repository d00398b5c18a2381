#include "runtime/runtime.h"

namespace berth::runtime {

std::string IdSource::hex(std::size_t digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(digits, '0');
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < digits; ++i, bits >>= 4) {
    if (i % 16 == 0) bits = next64();
    text[i] = kDigits[bits & 15];
  }
  return text;
}

std::string IdSource::uuid() {
  std::string digits = hex(32);
  digits[12] = '4';  // Version: random.
  digits[16] =
      "89ab"[digits[16] < 'a' ? (digits[16] - '0') & 3 : (digits[16] - 'a' + 2) & 3];  // Variant of RFC 4122.
  std::string text;
  text.reserve(36);
  const std::string_view all = digits;
  text.append(all.substr(0, 8)).append(1, '-').append(all.substr(8, 4)).append(1, '-');
  text.append(all.substr(12, 4)).append(1, '-').append(all.substr(16, 4)).append(1, '-');
  return text.append(all.substr(20));
}

}  // namespace berth::runtime
