#include "base/short_ids.h"

#include <algorithm>

namespace berth {
namespace {

constexpr std::size_t kTypedLengthMin = 4;

std::size_t common_length(std::string_view left, std::string_view right) {
  const auto length = std::min(left.size(), right.size());
  return static_cast<std::size_t>(
      std::mismatch(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(length), right.begin()).first -
      left.begin());
}

}  // namespace

std::map<std::string, std::string, std::less<>> short_ids(const std::set<std::string>& ids) {
  std::map<std::string, std::string, std::less<>> shortened;
  // In order, those that have most in common are neighbours.
  for (auto at = ids.begin(); at != ids.end(); ++at) {
    std::size_t length = kShortIdLength;
    if (at != ids.begin()) length = std::max(length, common_length(*at, *std::prev(at)) + 1);
    if (std::next(at) != ids.end()) length = std::max(length, common_length(*at, *std::next(at)) + 1);
    shortened.emplace(*at, at->substr(0, length));
  }
  return shortened;
}

bool may_be_short_id(std::string_view text) {
  return text.size() >= kTypedLengthMin &&
         text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

bool may_be_short_ec2_id(std::string_view text) {
  return text.size() >= kTypedLengthMin && text.starts_with("i-");
}

}  // namespace berth
