#include "services/logs/pattern_reader.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace berth::services::logs {

bool matches_wildcard(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool Comparison::matches_number(double value) const {
  if (!number) return op == CompareOp::not_equal;
  switch (op) {
    case CompareOp::equal:
      return value == *number;
    case CompareOp::not_equal:
      return value != *number;
    case CompareOp::less:
      return value < *number;
    case CompareOp::less_equal:
      return value <= *number;
    case CompareOp::greater:
      return value > *number;
    case CompareOp::greater_equal:
      return value >= *number;
  }
  return false;
}

bool Comparison::matches_text(std::string_view value) const {
  if (number)
    if (const auto as_number = parse_number(value)) return matches_number(*as_number);
  const bool same = matches_wildcard(text, value);
  return op == CompareOp::equal ? same : op == CompareOp::not_equal && !same;
}

void PatternReader::skip_blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
}

bool PatternReader::take(std::string_view word) {
  skip_blanks();
  if (!text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

bool PatternReader::take_keyword(std::string_view word) {
  skip_blanks();
  const auto rest = text_.substr(at_);
  if (rest.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (lower(rest[i]) != lower(word[i])) return false;
  if (rest.size() > word.size() &&
      std::string_view(" \t\n)}&|").find(rest[word.size()]) == std::string_view::npos)
    return false;
  at_ += word.size();
  return true;
}

std::optional<CompareOp> PatternReader::take_operator() {
  if (take("!=")) return CompareOp::not_equal;
  if (take("<=")) return CompareOp::less_equal;
  if (take(">=")) return CompareOp::greater_equal;
  if (take("=")) return CompareOp::equal;
  if (take("<")) return CompareOp::less;
  if (take(">")) return CompareOp::greater;
  return std::nullopt;
}

Result<std::string> PatternReader::take_quoted() {
  std::string out;
  for (++at_; at_ < text_.size(); ++at_) {
    char c = text_[at_];
    if (c == '"') {
      ++at_;
      return out;
    }
    if (c == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\'))
      c = text_[++at_];
    out.push_back(c);
  }
  return invalid("Invalid filter pattern: a quotation mark is not closed");
}

std::string PatternReader::take_until(std::string_view ends) {
  skip_blanks();
  const auto begin = at_;
  while (at_ < text_.size() && text_[at_] != ' ' && text_[at_] != '\t' && text_[at_] != '\n' &&
         ends.find(text_[at_]) == std::string_view::npos)
    ++at_;
  return std::string(text_.substr(begin, at_ - begin));
}

Result<Comparison> PatternReader::take_comparison(std::string_view ends) {
  const auto op = take_operator();
  if (!op) return unexpected();
  Comparison comparison{*op, {}, {}};
  if (peek() == '"') {
    auto text = take_quoted();
    if (!text) return std::move(text).error();
    comparison.text = *std::move(text);
  } else {
    if (peek() == '%') return invalid("Invalid filter pattern: Berth has no regular expressions (%…%)");
    comparison.text = take_until(ends);
    if (comparison.text.empty()) return unexpected();
    comparison.number = parse_number(comparison.text);
  }
  const bool ordered = *op != CompareOp::equal && *op != CompareOp::not_equal;
  if (ordered && !comparison.number)
    return invalid(fmt::format("Invalid filter pattern: '{}' is not a number", comparison.text));
  return comparison;
}

Error PatternReader::unexpected() {
  skip_blanks();
  if (at_ == text_.size()) return invalid("Invalid filter pattern: it ends too early");
  return invalid(fmt::format("Invalid filter pattern: '{}' at character {}", text_[at_], at_ + 1));
}

}  // namespace berth::services::logs
