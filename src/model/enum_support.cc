#include "model/enum_support.h"

#include <algorithm>

#include "base/assert.h"

namespace berth::model {

std::string_view enum_text(std::span<const std::string_view> values, int index) {
  check(index >= 0 && static_cast<std::size_t>(index) < values.size(), "enum value outside its enumerators");
  return values[static_cast<std::size_t>(index)];
}

int enum_index(std::span<const std::string_view> values, std::string_view text) {
  const auto found = std::find(values.begin(), values.end(), text);
  return found == values.end() ? -1 : static_cast<int>(found - values.begin());
}

}  // namespace berth::model
