// Arbitrary tokens never crash; whatever decodes is what encoding its key gives again.
#include <cstdint>
#include <cstdlib>

#include "wire/page_token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::wire;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr PageScope kScope{"ListTasks", 7, "123456789012/us-east-1"};
  const auto decoded = decode_page_token(text, kScope);
  if (const auto* key = std::get_if<std::string>(&decoded)) {
    if (std::get<std::string>(decode_page_token(encode_page_token(kScope, *key), kScope)) != *key)
      std::abort();
  }
  if (size <= kPageTokenBytesMax / 2) {
    const auto again = decode_page_token(encode_page_token(kScope, text), kScope);
    if (!std::holds_alternative<std::string>(again) || std::get<std::string>(again) != text) std::abort();
  }
  return 0;
}
