#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace berth {

using Duration = std::chrono::nanoseconds;

/// A moment on the wall clock: what users see and what is stored. Millisecond precision on the wire and in
/// the store.
struct WallTime {
  std::int64_t ms = 0;  ///< Milliseconds since the Unix epoch.
  friend auto operator<=>(const WallTime&, const WallTime&) = default;
  friend WallTime operator+(WallTime t, Duration d) {
    return {t.ms + std::chrono::duration_cast<std::chrono::milliseconds>(d).count()};
  }
  friend WallTime operator-(WallTime t, Duration d) { return t + (-d); }
  friend Duration operator-(WallTime a, WallTime b) { return std::chrono::milliseconds(a.ms - b.ms); }
};

/// A moment on a clock that never jumps: timeouts and liveness. Never stored, never sent.
struct MonotonicTime {
  std::int64_t ns = 0;
  friend auto operator<=>(const MonotonicTime&, const MonotonicTime&) = default;
  friend MonotonicTime operator+(MonotonicTime t, Duration d) { return {t.ns + d.count()}; }
  friend Duration operator-(MonotonicTime a, MonotonicTime b) { return Duration(a.ns - b.ns); }
};

/// "2026-11-20T23:34:11.042Z" (ISO 8601, UTC, milliseconds).
std::string render_iso8601(WallTime time);
/// "20261120T233411Z", as SigV4 writes dates.
std::string render_basic_iso8601(WallTime time);

}  // namespace berth
