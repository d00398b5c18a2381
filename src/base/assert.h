#pragma once
#include <source_location>

namespace berth {

/// Ends the process with a trace when our own data breaks an invariant; stays on in production.
/// Never call it on anything that a client, an agent or Docker sent.
void check_failed(const char* message, std::source_location where);
inline void check(bool condition, const char* message,
                  std::source_location where = std::source_location::current()) {
  if (!condition) [[unlikely]] check_failed(message, where);
}

/// After an exhaustive switch.
[[noreturn]] void unreachable(std::source_location where = std::source_location::current());

}  // namespace berth
