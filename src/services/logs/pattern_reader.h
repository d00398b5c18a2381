#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace berth::services::logs {

enum class CompareOp { equal, not_equal, less, less_equal, greater, greater_equal };

/// What a field or a JSON value is compared with: `= "text"`, `!= 4*`, `>= 400`.
struct Comparison {
  CompareOp op = CompareOp::equal;
  std::string text;              ///< '*' is any text, where it was not quoted away.
  std::optional<double> number;  ///< When it reads as one, and was not quoted.

  bool matches_text(std::string_view value) const;
  bool matches_number(double value) const;
};

/// Whether `text` is as `pattern` says, where '*' stands for any text.
bool matches_wildcard(std::string_view pattern, std::string_view text);
/// The whole text as a number.
std::optional<double> parse_number(std::string_view text);

/// A pattern, read from left to right. Borrows the text.
class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : text_(text) {}
  void skip_blanks();
  bool at_end() {
    skip_blanks();
    return at_ == text_.size();
  }
  char peek() {
    skip_blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  /// Takes `word` if it comes next.
  bool take(std::string_view word);
  /// Takes `word`, in upper or lower case, if it comes next and ends there.
  bool take_keyword(std::string_view word);
  std::optional<CompareOp> take_operator();
  /// A text in double quotes, of which the first comes next; `\"` and `\\` are escapes.
  Result<std::string> take_quoted();
  /// Everything until a blank or one of `ends`.
  std::string take_until(std::string_view ends);
  /// An operator and its value. The value ends at a blank or one of `ends`.
  Result<Comparison> take_comparison(std::string_view ends);
  /// Words for what does not belong where it stands.
  Error unexpected();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace berth::services::logs
