#include "simulate/text_table.h"

#include <algorithm>

namespace berth::simulate {

std::size_t shown_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

void TextTable::note(std::string text) {
  rows_.push_back({std::move(text)});
}

std::string TextTable::render(std::string_view indent) const {
  const std::size_t columns = rows_.front().size();
  std::vector<std::size_t> widths(columns, 0);
  std::size_t before_last = 0;
  for (const auto& row : rows_)
    if (row.size() == columns)
      for (std::size_t i = 0; i + 1 < columns; ++i) widths[i] = std::max(widths[i], shown_width(row[i]));
  for (std::size_t i = 0; i + 1 < columns; ++i) before_last += widths[i] + 2;
  std::string text;
  for (const auto& row : rows_) {
    std::string line(indent);
    if (row.size() != columns) {
      line += std::string(before_last + 2, ' ') + row[0];
    } else {
      for (std::size_t i = 0; i + 1 < columns; ++i)
        line += row[i] + std::string(widths[i] - shown_width(row[i]) + 2, ' ');
      line += row.back();
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace berth::simulate
