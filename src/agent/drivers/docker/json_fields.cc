#include "agent/drivers/docker/json_fields.h"

#include <algorithm>
#include <limits>

namespace berth::agent::drivers::docker {

std::int64_t integer_of(const JsonValue& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64()) return std::numeric_limits<std::int64_t>::max();
  // 2^62 is exact as a double, so the comparison keeps the conversion defined; NaN fails it.
  constexpr double kBound = 4611686018427387904.0;
  if (value.is_double() && value.get_double() > -kBound && value.get_double() < kBound)
    return static_cast<std::int64_t>(value.get_double());
  return 0;
}

std::uint64_t counter_member(const JsonObject& object, std::string_view name) {
  const auto* value = find_member(object, name);
  if (value == nullptr) return 0;
  if (value->is_uint64()) return value->get_uint64();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, integer_of(*value)));
}

std::int32_t small_member(const JsonObject& object, std::string_view name) {
  using Limits = std::numeric_limits<std::int32_t>;
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(integer_member(object, name), Limits::min(), Limits::max()));
}

std::map<std::string, std::string> text_map(const JsonObject& object) {
  std::map<std::string, std::string> out;
  for (const auto& [key, value] : object)
    if (value.is_string()) out.emplace(key, text_of(value));
  return out;
}

}  // namespace berth::agent::drivers::docker
