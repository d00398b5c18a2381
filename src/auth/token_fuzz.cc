// Any text is a join token or is refused, and no text is a session token unless it was made as one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "auth/join_token.h"
#include "auth/session_token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::auth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const SealingKey kKeys[] = {SealingKey{.id = 1}};
  if (read_session_token(text, "ASIA", kKeys).ok()) std::abort();
  const auto token = parse_join_token(text);
  if (token && parse_join_token(render_join_token(*token)).value() != *token) std::abort();
  return 0;
}
