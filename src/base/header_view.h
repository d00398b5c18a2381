#pragma once
#include <string_view>

namespace berth {

/// One HTTP header as it came: the name in any case, the value without the line's end.
///
/// Borrows: both texts, from whoever holds the request.
struct HeaderView {
  std::string_view name;
  std::string_view value;
};

}  // namespace berth
