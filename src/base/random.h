#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace berth {

/// A seeded generator (xoshiro256**), the same on every platform. Not for secrets.
///
/// Runs on: one thread at a time.
class Prng {
 public:
  explicit Prng(std::uint64_t seed);
  /// A stream of its own for `name`: adding a draw in one stream does not shift another.
  static Prng stream(std::uint64_t seed, std::string_view name);

  std::uint64_t next();
  /// Uniform in [0, limit); `limit` > 0.
  std::uint64_t below(std::uint64_t limit);
  /// Uniform in [low, high], both included.
  std::int64_t between(std::int64_t low, std::int64_t high);
  bool chance(unsigned numerator, unsigned denominator) { return below(denominator) < numerator; }
  /// Uniform in [0, 1).
  double unit();

 private:
  std::uint64_t state_[4];
};

/// 64-bit FNV-1a, stable for ever: names of streams, filters in page tokens, trace hashes.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 1469598103934665603ULL);

/// 32 lower-case hex digits, as in ECS ids.
std::string random_hex(Prng& prng, std::size_t digits);
/// A version 4 UUID.
std::string random_uuid(Prng& prng);

}  // namespace berth
