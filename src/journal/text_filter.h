#pragma once
#include <string>
#include <string_view>

namespace berth::journal {

/// A bit for each three bytes in a row that stand in a text. What a text lacks of a term's, the term is not
/// in it; what it has says nothing for sure.
class TextFilter {
 public:
  static constexpr std::size_t kBytes = 1U << 16;

  TextFilter() : bits_(kBytes, '\0') {}
  explicit TextFilter(std::string_view bits) : bits_(bits) { bits_.resize(kBytes, '\xff'); }
  void add(std::string_view text);
  bool may_hold(std::string_view term) const;
  const std::string& bits() const { return bits_; }

 private:
  std::string bits_;
};

}  // namespace berth::journal
