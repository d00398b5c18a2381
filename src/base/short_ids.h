#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace berth {

/// Letters of an id that are shown at least where it is shortened.
inline constexpr std::size_t kShortIdLength = 12;

/// Each of the ids and the shortest beginning of it, of kShortIdLength letters or more, that none of the
/// others has.
std::map<std::string, std::string, std::less<>> short_ids(const std::set<std::string>& ids);

/// Whether `text` may stand for an id that begins with it: hexadecimal digits or hyphens, four or more.
bool may_be_short_id(std::string_view text);

/// Whether `text` may stand for an EC2 instance id that begins with it: "i-" and two letters or more.
bool may_be_short_ec2_id(std::string_view text);

}  // namespace berth
