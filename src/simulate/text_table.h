#pragma once
#include <string>
#include <vector>

namespace berth::simulate {

/// Columns of text for a terminal, as wide as their longest cell; the last one runs on.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heads) { add(std::move(heads)); }
  /// As many cells as there are heads.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// A line below the last row, indented to its last column.
  void note(std::string text);
  bool empty() const { return rows_.size() <= 1; }
  /// Each line begins with `indent` and ends in a newline.
  std::string render(std::string_view indent = "") const;

 private:
  std::vector<std::vector<std::string>> rows_;  ///< A row of one cell is a note.
};

/// Characters as a terminal shows them: bytes that begin one, in UTF-8.
std::size_t shown_width(std::string_view text);

}  // namespace berth::simulate
