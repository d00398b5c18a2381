#pragma once
#include <span>
#include <string_view>

namespace berth::model {

/// Behind the generated enums: the text of enumerator number `index`. A number outside the table is a broken
/// invariant.
std::string_view enum_text(std::span<const std::string_view> values, int index);
/// The number of the enumerator whose text is `text`; -1 when there is none.
int enum_index(std::span<const std::string_view> values, std::string_view text);

}  // namespace berth::model
