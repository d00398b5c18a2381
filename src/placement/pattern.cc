#include "placement/pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <bitset>
#include <cctype>
#include <optional>

namespace berth::placement {
namespace {

using ByteSet = std::bitset<256>;

ByteSet range(unsigned char low, unsigned char high) {
  ByteSet set;
  for (unsigned c = low; c <= high; ++c) set.set(c);
  return set;
}

ByteSet bytes_of(std::string_view text) {
  ByteSet set;
  for (unsigned char c : text) set.set(c);
  return set;
}

ByteSet without_case(ByteSet set) {
  for (unsigned c = 'a'; c <= 'z'; ++c) {
    unsigned upper = c - 'a' + 'A';
    if (set.test(c) || set.test(upper)) set.set(c).set(upper);
  }
  return set;
}

/// The set that `\c` stands for, if it is one of the escapes we take.
std::optional<ByteSet> escaped_set(char c) {
  const ByteSet word = range('a', 'z') | range('A', 'Z') | range('0', '9') | bytes_of("_");
  const ByteSet space = bytes_of(" \t\n\v\f\r");
  switch (c) {
    case 'd':
      return range('0', '9');
    case 'D':
      return ~range('0', '9');
    case 'w':
      return word;
    case 'W':
      return ~word;
    case 's':
      return space;
    case 'S':
      return ~space;
    case 't':
      return bytes_of("\t");
    case 'n':
      return bytes_of("\n");
    case 'r':
      return bytes_of("\r");
    case 'f':
      return bytes_of("\f");
    default:
      break;
  }
  // In Java, too, a backslash before a letter or digit without a meaning is an error, not the letter.
  if (std::isalnum(static_cast<unsigned char>(c))) return std::nullopt;
  return bytes_of(std::string_view(&c, 1));
}

// A set in RE2's words.
std::string class_of(const ByteSet& set) {
  if (set.none()) return "[^\\x00-\\xff]";
  std::string text = "[";
  for (unsigned c = 0; c < 256; ++c) {
    if (!set.test(c)) continue;
    unsigned last = c;
    while (last + 1 < 256 && set.test(last + 1)) ++last;
    text += fmt::format("\\x{:02x}", c);
    if (last > c) text += fmt::format("-\\x{:02x}", last);
    c = last;
  }
  return text + "]";
}

/// Recursive descent over the pattern, each part giving it in RE2's words. The first mistake is kept; parsing
/// then unwinds.
class PatternParser {
 public:
  PatternParser(std::string_view text, std::size_t origin) : text_(text), origin_(origin) {}

  Result<std::string> parse() {
    if (text_.size() > kPatternLengthMax) {
      return invalid(fmt::format("a pattern has at most {} characters; this one starts at character {}",
                                 kPatternLengthMax, origin_ + 1));
    }
    if (text_.substr(0, 4) == "(?i)") {
      ignore_case_ = true;
      at_ = 4;
    }
    std::string expression = choice(0);
    if (!failed() && at_ < text_.size()) fail(fmt::format("unexpected '{}' in the pattern", text_[at_]));
    if (failed()) return invalid(*error_);
    return expression;
  }

 private:
  bool failed() const { return error_.has_value(); }
  bool at_end() const { return failed() || at_ >= text_.size(); }
  char peek() const { return text_[at_]; }
  void fail(std::string what) {
    if (!error_) error_ = fmt::format("{} at character {}", what, origin_ + at_ + 1);
  }
  std::string bytes(const ByteSet& set) const { return class_of(ignore_case_ ? without_case(set) : set); }

  std::string choice(std::size_t depth) {
    if (depth > kPatternDepthMax) fail("groups nested too deeply in the pattern");
    std::string text = sequence(depth);
    while (!at_end() && peek() == '|') {
      ++at_;
      text += "|" + sequence(depth);
    }
    return text;
  }

  std::string sequence(std::size_t depth) {
    std::string text;
    while (!at_end() && peek() != '|' && peek() != ')') text += quantified(depth);
    return text;
  }

  std::string quantified(std::size_t depth) {
    std::string inner = atom(depth);
    if (at_end()) return inner;
    std::string times;
    switch (peek()) {
      case '*':
      case '+':
      case '?':
        times = text_[at_++];
        break;
      case '{':
        times = bounds();
        break;
      default:
        return inner;
    }
    if (!at_end() && peek() == '?') ++at_;  // Lazy: the same language, only another order of trying.
    if (!at_end() && peek() == '+') fail("possessive quantifiers are not supported in the pattern: '+'");
    if (!at_end() && (peek() == '*' || peek() == '?')) {
      fail(fmt::format("nothing to repeat before '{}' in the pattern", peek()));
    }
    return "(?:" + inner + ")" + times;
  }

  std::optional<std::size_t> number() {
    std::size_t value = 0, start = at_;
    while (!at_end() && std::isdigit(static_cast<unsigned char>(peek())) && value <= kPatternRepeatMax) {
      value = value * 10 + static_cast<std::size_t>(peek() - '0');
      ++at_;
    }
    if (at_ == start) return std::nullopt;
    if (value > kPatternRepeatMax) fail(fmt::format("repetition above {} in the pattern", kPatternRepeatMax));
    return value;
  }

  // `{2}`, `{2,}` or `{2,3}`, as RE2 writes them too.
  std::string bounds() {
    ++at_;
    const auto least = number();
    if (!least) return fail("expected a number after '{' in the pattern"), "";
    std::optional<std::size_t> most = least;
    if (!at_end() && peek() == ',') {
      ++at_;
      most = number();
    }
    if (most && *most < *least) return fail("repetition bounds in the wrong order in the pattern"), "";
    if (at_end() || peek() != '}') return fail("expected '}' in the pattern"), "";
    ++at_;
    return most ? fmt::format("{{{},{}}}", *least, *most) : fmt::format("{{{},}}", *least);
  }

  std::string atom(std::size_t depth) {
    const char c = peek();
    switch (c) {
      case '(':
        return group(depth);
      case '[':
        return class_of(byte_class());
      case '.':
        return ++at_, bytes(~bytes_of("\r\n"));
      case '^':
        return ++at_, "\\A";
      case '$':
        return ++at_, "\\z";
      case '\\':
        return escape();
      case '*':
      case '+':
      case '?':
        return fail(fmt::format("nothing to repeat before '{}' in the pattern", c)), "";
      default:
        ++at_;
        return bytes(bytes_of(std::string_view(&c, 1)));
    }
  }

  std::string group(std::size_t depth) {
    ++at_;
    if (!at_end() && peek() == '?') {
      if (text_.substr(at_, 2) != "?:")
        return fail("only plain groups and '(?:' are supported in the pattern"), "";
      at_ += 2;
    }
    std::string inner = choice(depth + 1);
    if (at_end() || peek() != ')') {
      fail("expected ')' in the pattern");
    } else {
      ++at_;
    }
    return "(?:" + inner + ")";
  }

  std::string escape() {
    ++at_;
    if (at_end()) return fail("pattern ends after '\\'"), "";
    const auto set = escaped_set(peek());
    if (!set) fail(fmt::format("'\\{}' is not supported in the pattern", peek()));
    ++at_;
    return bytes(set.value_or(ByteSet{}));
  }

  /// One member of a class: a byte, or the set of an escape.
  ByteSet class_member() {
    if (peek() != '\\') {
      char c = text_[at_++];
      return bytes_of(std::string_view(&c, 1));
    }
    ++at_;
    auto set = at_end() ? std::nullopt : escaped_set(peek());
    if (!set) {
      fail("escape not supported in the pattern");
      return {};
    }
    ++at_;
    return *set;
  }

  ByteSet byte_class() {
    ++at_;
    bool negated = !at_end() && peek() == '^';
    if (negated) ++at_;
    ByteSet set;
    bool first = true;
    while (!at_end() && (peek() != ']' || first)) {
      first = false;
      if (peek() == '[' || text_.substr(at_, 2) == "&&") {
        fail("nested classes are not supported in the pattern");
        return set;
      }
      unsigned char low = static_cast<unsigned char>(peek());
      ByteSet member = class_member();
      bool is_range = member.count() == 1 && !at_end() && peek() == '-' && at_ + 1 < text_.size() &&
                      text_[at_ + 1] != ']';
      if (is_range && low != '\\') {
        ++at_;
        unsigned char high = static_cast<unsigned char>(text_[at_++]);
        if (high == '\\' || high < low) fail("range in the wrong order in the pattern");
        member = range(low, high);
      }
      set |= member;
    }
    if (at_end()) {
      fail("expected ']' in the pattern");
      return set;
    }
    ++at_;
    if (ignore_case_) set = without_case(set);
    return negated ? ~set : set;
  }

  std::string_view text_;
  std::size_t origin_;
  std::size_t at_ = 0;
  bool ignore_case_ = false;
  std::optional<std::string> error_;
};

re2::RE2::Options options() {
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // Bytes.
  options.set_log_errors(false);
  options.set_never_capture(true);
  return options;
}

}  // namespace

Result<Pattern> Pattern::parse(std::string_view text, std::size_t origin) {
  const auto expression = PatternParser(text, origin).parse();
  if (!expression) return expression.error();
  Pattern pattern;
  pattern.text_ = text;
  pattern.compiled_ = std::make_shared<const re2::RE2>(*expression, options());
  if (pattern.compiled_->ok()) pattern.states_ = static_cast<std::size_t>(pattern.compiled_->ProgramSize());
  // All that RE2 refuses of what was read is its size.
  if (!pattern.compiled_->ok() || pattern.states_ > kPatternStatesMax)
    return invalid(fmt::format("pattern too large: more than {} states, at character {}", kPatternStatesMax,
                               origin + 1));
  return pattern;
}

bool Pattern::matches(std::string_view subject) const {
  std::uint64_t steps = 0;
  return matches(subject, steps);
}

bool Pattern::matches(std::string_view subject, std::uint64_t& steps) const {
  // A byte costs a step of RE2's automaton, and now and then a state of it, which is made of some of the
  // pattern's.
  constexpr std::size_t kStatesAStep = 8;
  steps += (subject.size() + 1) * (1 + states_ / (kStatesAStep * kStatesAStep)) + states_ / kStatesAStep;
  return re2::RE2::FullMatch({subject.data(), subject.size()}, *compiled_);
}

}  // namespace berth::placement
