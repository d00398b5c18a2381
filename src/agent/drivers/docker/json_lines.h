#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace berth::agent::drivers::docker {

/// No line of Docker's streams comes near this.
inline constexpr std::size_t kJsonLineBytesMax = 1U << 20;

/// Cuts a stream that arrives in pieces of any size into its lines of JSON.
class JsonLines {
 public:
  /// Errors: `too_large`: a line beyond kJsonLineBytesMax; the stream is of no use any more.
  Result<void> feed(std::string_view bytes);
  /// The next whole line without its end; empty lines are left out.
  std::optional<std::string> next();
  /// What came after the last line end, when the stream is over.
  std::optional<std::string> rest();

 private:
  std::string held_;
  std::size_t start_ = 0;  ///< Of the first line not yet handed out.
};

}  // namespace berth::agent::drivers::docker
