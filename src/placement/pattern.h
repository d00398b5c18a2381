#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace berth::placement {

inline constexpr std::size_t kPatternLengthMax = 256;   ///< Bytes of a pattern.
inline constexpr std::size_t kPatternStatesMax = 2000;  ///< Instructions, counted repetitions written out.
inline constexpr std::size_t kPatternDepthMax = 32;     ///< Nested groups.
inline constexpr std::size_t kPatternRepeatMax = 200;   ///< Bounds of `{n,m}`; nested ones multiply to 1 000.

/// A regular expression for `matches` of the cluster query language, in the part of Java's syntax that
/// describes regular languages: literals, `.`, classes, groups, `|`, `* + ? {n,m}` (lazy forms too), `^ $`,
/// `\d \w \s` and their opposites, and `(?i)` in front. Back references, look-around, possessive quantifiers
/// and `\b` are refused.
///
/// Patterns come from API callers and run once for each instance, so time must be bounded: RE2 matches in
/// time linear in the subject. Its syntax is not Java's, so what is taken is read here and given to RE2 in
/// the part that both have.
///
/// Runs on: any thread; copies share the compiled expression.
class Pattern {
 public:
  /// Errors: `invalid`; the message ends in "at character N", N counted from `origin` (the offset of the
  /// pattern in the text around it) and starting at 1.
  static Result<Pattern> parse(std::string_view text, std::size_t origin = 0);

  /// Whether the whole subject matches, as Java's `matches()` does. Bytes, not code points.
  bool matches(std::string_view subject) const;
  /// The same; adds a bound of what it took to `steps`.
  bool matches(std::string_view subject, std::uint64_t& steps) const;
  std::size_t states() const { return states_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::shared_ptr<const re2::RE2> compiled_;
  std::size_t states_ = 0;
};

}  // namespace berth::placement
