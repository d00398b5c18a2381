#include "runtime/runtime.h"

namespace berth::runtime {

std::string IdSource::hex(std::size_t digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(digits);
  while (text.size() < digits) {
    std::uint64_t bits = next64();
    for (int i = 0; i < 16 && text.size() < digits; ++i, bits >>= 4) text.push_back(kDigits[bits & 15]);
  }
  return text;
}

std::string IdSource::uuid() {
  std::string digits = hex(32);
  digits[12] = '4';  // Version: random.
  digits[16] =
      "89ab"[digits[16] < 'a' ? (digits[16] - '0') & 3 : (digits[16] - 'a' + 2) & 3];  // Variant of RFC 4122.
  return digits.substr(0, 8) + '-' + digits.substr(8, 4) + '-' + digits.substr(12, 4) + '-' +
         digits.substr(16, 4) + '-' + digits.substr(20);
}

}  // namespace berth::runtime
