#include "domain/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace berth::domain {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

bool is_name(std::string_view text, std::size_t characters_max) {
  return !text.empty() && text.size() <= characters_max &&
         std::all_of(text.begin(), text.end(), is_name_character);
}

Result<void> check_tags(const std::vector<model::ecs::Tag>& tags, std::size_t tags_max) {
  if (tags.size() > tags_max)
    return invalid(
        fmt::format("Too many tags: {} were given, at most {} are allowed.", tags.size(), tags_max));
  std::set<std::string> seen;
  for (const auto& tag : tags) {
    const std::string key = tag.key.value_or("");
    if (key.empty() || key.size() > 128) return invalid("Tag keys must have between 1 and 128 characters.");
    if (key.starts_with("aws:"))
      return invalid(fmt::format("Tag key '{}' begins with the reserved prefix 'aws:'.", key));
    if (tag.value.value_or("").size() > 256)
      return invalid(fmt::format("The value of tag '{}' has more than 256 characters.", key));
    if (!seen.insert(key).second) return invalid(fmt::format("Duplicate tag key '{}'.", key));
  }
  return {};
}

}  // namespace berth::domain
