#pragma once
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "model/decode_context.h"
#include "model/enum_support.h"
#include "model/unit.h"

/// What the generated JSON codecs are made of. Users need `encode_json` and `decode_json`, or a DecodeContext
/// of their own when they want to tell problems apart:
///
///     DecodeContext context(DecodeMode::strict);
///     ecs::RunTaskRequest request;
///     if (!decode(json, request, context)) … context.problems() …
namespace berth::model {

// Encoding
// ---------------------------------------------------------------------------------------------------

void encode(JsonWriter& writer, bool value);
void encode(JsonWriter& writer, std::int32_t value);
void encode(JsonWriter& writer, std::int64_t value);
void encode(JsonWriter& writer, double value);
void encode(JsonWriter& writer, const std::string& value);
/// Seconds since the epoch, with up to three decimals.
void encode(JsonWriter& writer, WallTime value);
void encode(JsonWriter& writer, const Unit& value);
template <std::same_as<JsonValue> T>
void encode(JsonWriter& writer, const T& value);
template <class T>
requires std::is_enum_v<T>
void encode(JsonWriter& writer, T value);
template <class T>
void encode(JsonWriter& writer, const std::vector<T>& values);
template <class T>
void encode(JsonWriter& writer, const std::map<std::string, T>& values);
/// Members that a record of a newer version held.
void encode_unknown(JsonWriter& writer, const JsonObject& members);

template <class T>
void encode_member(JsonWriter& writer, std::string_view name, const T& value) {
  writer.key(name);
  encode(writer, value);
}
template <class T>
void encode_member(JsonWriter& writer, std::string_view name, const std::optional<T>& value) {
  if (value) encode_member(writer, name, *value);
}
/// Bytes, as base64.
void encode_blob_member(JsonWriter& writer, std::string_view name, const std::string& value);
void encode_blob_member(JsonWriter& writer, std::string_view name, const std::optional<std::string>& value);

template <std::same_as<JsonValue> T>
void encode(JsonWriter& writer, const T& value) {
  writer.value(value);
}
template <class T>
requires std::is_enum_v<T>
void encode(JsonWriter& writer, T value) {
  writer.string(to_string(value));
}
template <class T>
void encode(JsonWriter& writer, const std::vector<T>& values) {
  writer.begin_array();
  for (const auto& value : values) encode(writer, value);
  writer.end_array();
}
template <class T>
void encode(JsonWriter& writer, const std::map<std::string, T>& values) {
  writer.begin_object();
  for (const auto& [key, value] : values) {
    writer.any_key(key);
    encode(writer, value);
  }
  writer.end_object();
}

// Decoding: false after at least one problem was noted
// -------------------------------------------------------

bool decode(const JsonValue& json, bool& out, DecodeContext& context);
/// Numbers with a fraction of zero count as integers.
bool decode(const JsonValue& json, std::int32_t& out, DecodeContext& context);
bool decode(const JsonValue& json, std::int64_t& out, DecodeContext& context);
bool decode(const JsonValue& json, double& out, DecodeContext& context);
bool decode(const JsonValue& json, std::string& out, DecodeContext& context);
/// Rounded to milliseconds; years beyond 9999 are refused.
bool decode(const JsonValue& json, WallTime& out, DecodeContext& context);
bool decode(const JsonValue& json, Unit& out, DecodeContext& context);
template <std::same_as<JsonValue> T>
bool decode(const JsonValue& json, T& out, DecodeContext& context);
template <class T>
requires std::is_enum_v<T>
bool decode(const JsonValue& json, T& out, DecodeContext& context);
template <class T>
bool decode(const JsonValue& json, std::vector<T>& out, DecodeContext& context);
template <class T>
bool decode(const JsonValue& json, std::map<std::string, T>& out, DecodeContext& context);
bool decode_blob(const JsonValue& json, std::string& out, DecodeContext& context);

/// True when lenient decoding leaves `json` out: null, or a text that the enum T does not have.
template <class T>
bool left_out(const JsonValue& json, const DecodeContext& context) {
  if (context.strict()) return false;
  if constexpr (std::is_enum_v<T>) {
    if (json.is_string()) return enum_index(enum_values(T{}), json.get_string()) < 0;
  }
  return json.is_null();
}

template <std::same_as<JsonValue> T>
bool decode(const JsonValue& json, T& out, DecodeContext&) {
  out = json;
  return true;
}

template <class T>
requires std::is_enum_v<T>
bool decode(const JsonValue& json, T& out, DecodeContext& context) {
  if (!json.is_string()) {
    context.wrong_type("a string", json);
    return false;
  }
  const int index = enum_index(enum_values(T{}), json.get_string());
  if (index < 0) {
    context.bad_enum(json.get_string(), enum_values(T{}));
    return false;
  }
  out = static_cast<T>(index);
  return true;
}

template <class T>
bool decode(const JsonValue& json, std::vector<T>& out, DecodeContext& context) {
  const JsonArray* array = context.array(json);
  if (array == nullptr) return false;
  const std::size_t before = context.problem_count();
  out.clear();
  out.reserve(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    const JsonValue& item = (*array)[i];
    if (left_out<T>(item, context)) continue;
    const PathScope scope(context, i);
    T value{};
    if (decode(item, value, context)) out.push_back(std::move(value));
  }
  return context.problem_count() == before;
}

template <class T>
bool decode(const JsonValue& json, std::map<std::string, T>& out, DecodeContext& context) {
  const JsonObject* object = context.object(json);
  if (object == nullptr) return false;
  const std::size_t before = context.problem_count();
  out.clear();
  for (const auto& entry : *object) {
    if (left_out<T>(entry.value(), context)) continue;
    const std::string_view key(entry.key().data(), entry.key().size());
    const PathScope scope(context, key);
    T value{};
    if (decode(entry.value(), value, context)) out.insert_or_assign(std::string(key), std::move(value));
  }
  return context.problem_count() == before;
}

/// Stands for a member without constraints.
struct NoCheck {
  template <class T>
  void operator()(const T&, DecodeContext&) const {}
};

/// Decodes an optional member; `check` looks at its constraints in strict mode. False when it is absent
/// (null).
template <class T, class Check = NoCheck>
bool decode_member(DecodeContext& context, std::string_view name, const JsonValue& json,
                   std::optional<T>& out, Check check = {}) {
  if (json.is_null() || left_out<T>(json, context)) return false;
  const PathScope scope(context, name);
  T& value = out.emplace();
  if (!decode(json, value, context)) {
    out.reset();
  } else if (context.strict()) {
    check(value, context);
  }
  return true;
}

/// Decodes a required member. False when it is absent; an unknown enum value is a problem in lenient mode
/// too.
template <class T, class Check = NoCheck>
bool decode_member(DecodeContext& context, std::string_view name, const JsonValue& json, T& out,
                   Check check = {}) {
  if (json.is_null()) return false;
  const PathScope scope(context, name);
  if (decode(json, out, context) && context.strict()) check(out, context);
  return true;
}

/// Decodes a member with a default, which stays when the member is absent.
template <class T, class Check = NoCheck>
bool decode_default_member(DecodeContext& context, std::string_view name, const JsonValue& json, T& out,
                           Check check = {}) {
  std::optional<T> value;
  const bool present = decode_member(context, name, json, value, check);
  if (value) out = std::move(*value);
  return present;
}

template <class Out, class Check = NoCheck>
bool decode_blob_member(DecodeContext& context, std::string_view name, const JsonValue& json, Out& out,
                        Check check = {}) {
  if (json.is_null()) return false;
  const PathScope scope(context, name);
  std::string bytes;
  if (decode_blob(json, bytes, context)) {
    if (context.strict()) check(bytes, context);
    out = std::move(bytes);
  }
  return true;
}

// Whole documents
// --------------------------------------------------------------------------------------------

template <class T>
std::string encode_json(const T& value) {
  JsonWriter writer;
  encode(writer, value);
  return writer.take();
}

/// Errors: `invalid` when `text` is not JSON or does not fit T; the message names every field.
template <class T>
Result<T> decode_json(std::string_view text, DecodeMode mode = DecodeMode::lenient) {
  Result<JsonValue> json = parse_json(text);
  if (!json.ok()) return json.error();
  DecodeContext context(mode);
  T value{};
  if (!decode(*json, value, context)) return invalid(context.summary());
  return value;
}

}  // namespace berth::model
