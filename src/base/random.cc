#include "base/random.h"

#include "base/assert.h"

namespace berth {
namespace {

std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

std::uint64_t rotate_left(std::uint64_t value, int bits) {
  return (value << bits) | (value >> (64 - bits));
}

}  // namespace

Prng::Prng(std::uint64_t seed) {
  for (auto& word : state_) word = splitmix(seed);
}

Prng Prng::stream(std::uint64_t seed, std::string_view name) {
  return Prng(hash_bytes(name, seed ^ 0xB5297A4DULL));
}

std::uint64_t Prng::next() {
  const std::uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = rotate_left(state_[3], 45);
  return result;
}

std::uint64_t Prng::below(std::uint64_t limit) {
  check(limit > 0, "below() needs a positive limit");
  // Rejects the top of the range, so that every value is equally likely.
  const std::uint64_t threshold = (0 - limit) % limit;
  for (;;) {
    const std::uint64_t value = next();
    if (value >= threshold) return value % limit;
  }
}

std::int64_t Prng::between(std::int64_t low, std::int64_t high) {
  check(low <= high, "between() needs low <= high");
  const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + (span == 0 ? next() : below(span)));
}

double Prng::unit() {
  return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = seed;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

std::string random_hex(Prng& prng, std::size_t digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(digits, '0');
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (i % 16 == 0) bits = prng.next();
    text[i] = kDigits[bits & 15];
    bits >>= 4;
  }
  return text;
}

std::string random_uuid(Prng& prng) {
  std::string hex = random_hex(prng, 32);
  hex[12] = '4';
  hex[16] = "89ab"[prng.below(4)];
  return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' + hex.substr(16, 4) + '-' +
         hex.substr(20);
}

}  // namespace berth
