#pragma once
namespace berth {

/// Where a call stands. std::source_location, which the oldest compiler we build with lacks.
struct SourceLocation {
  const char* file;
  int line;
  static constexpr SourceLocation current(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

/// Ends the process with a trace when our own data breaks an invariant; stays on in production.
/// Never call it on anything that a client, an agent or Docker sent.
void check_failed(const char* message, SourceLocation where);
inline void check(bool condition, const char* message, SourceLocation where = SourceLocation::current()) {
  if (!condition) [[unlikely]]
    check_failed(message, where);
}

/// After an exhaustive switch.
[[noreturn]] void unreachable(SourceLocation where = SourceLocation::current());

}  // namespace berth
