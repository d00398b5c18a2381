#pragma once
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace berth::placement {

inline constexpr std::size_t kPatternLengthMax = 256;   ///< Bytes of a pattern.
inline constexpr std::size_t kPatternStatesMax = 2000;  ///< Instructions, counted repetitions written out.
inline constexpr std::size_t kPatternDepthMax = 32;     ///< Nested groups.
inline constexpr std::size_t kPatternRepeatMax = 200;   ///< Bounds of `{n,m}`.

/// A regular expression for `matches` of the cluster query language, in the part of Java's syntax that
/// describes regular languages: literals, `.`, classes, groups, `|`, `* + ? {n,m}` (lazy forms too), `^ $`,
/// `\d \w \s` and their opposites, and `(?i)` in front. Back references, look-around, possessive quantifiers
/// and `\b` are refused.
///
/// Patterns come from API callers and run once for each instance, so time must be bounded. A backtracking
/// engine (std::regex, Boost.Regex) takes exponential time on `(a+)+b`, and std::regex can also exhaust the
/// stack; this one steps all alternatives at once: states times length of the subject, whatever the pattern.
class Pattern {
 public:
  /// Errors: `invalid`; the message ends in "at character N", N counted from `origin` (the offset of the
  /// pattern
  ///         in the text around it) and starting at 1.
  static Result<Pattern> parse(std::string_view text, std::size_t origin = 0);

  /// Whether the whole subject matches, as Java's `matches()` does. Bytes, not code points.
  bool matches(std::string_view subject) const;
  /// The same; adds what it took to `steps`: alternatives looked at.
  bool matches(std::string_view subject, std::uint64_t& steps) const;
  std::size_t states() const { return program_.size(); }
  const std::string& text() const { return text_; }

  using ByteSet = std::bitset<256>;
  enum class Op : std::uint8_t { bytes, split, jump, begin, end, accept };
  struct Instruction {
    Op op = Op::accept;
    std::uint32_t x = 0;  ///< bytes: index of the set; split and jump: next instruction.
    std::uint32_t y = 0;  ///< split: the other next instruction.
  };

 private:
  std::string text_;
  std::vector<Instruction> program_;
  std::vector<ByteSet> sets_;
};

}  // namespace berth::placement
