#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"

/// Reading members of Docker's JSON, which leaves out, nulls or re-types what it likes: a member that is not
/// there or is of another type reads as empty, and nothing throws.
namespace berth::agent::drivers::docker {

inline const JsonValue* find_member(const JsonObject& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

inline std::string text_of(const JsonValue& value) {
  const auto* text = value.if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

inline std::string text_member(const JsonObject& object, std::string_view name) {
  const auto* value = find_member(object, name);
  return value == nullptr ? std::string() : text_of(*value);
}

std::int64_t integer_of(const JsonValue& value);

inline std::int64_t integer_member(const JsonObject& object, std::string_view name) {
  const auto* value = find_member(object, name);
  return value == nullptr ? 0 : integer_of(*value);
}

/// Counters: below zero reads as zero.
std::uint64_t counter_member(const JsonObject& object, std::string_view name);

/// Exit codes and ports: clamped to 32 bits.
std::int32_t small_member(const JsonObject& object, std::string_view name);

inline bool truth_member(const JsonObject& object, std::string_view name) {
  const auto* value = find_member(object, name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

inline const JsonObject& object_member(const JsonObject& object, std::string_view name) {
  static const JsonObject kNone;
  const auto* value = find_member(object, name);
  return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

inline const JsonArray& array_member(const JsonObject& object, std::string_view name) {
  static const JsonArray kNone;
  const auto* value = find_member(object, name);
  return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

/// Members that are texts; the others are left out.
std::map<std::string, std::string> text_map(const JsonObject& object);

}  // namespace berth::agent::drivers::docker
