#include "model/codec_support.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <cmath>

#include "base/encoding.h"

namespace berth::model {
namespace {

/// 9999-12-31T23:59:59Z, in seconds.
constexpr std::int64_t kTimestampSecondsMax = 253402300799;

/// An integer of the document, or nothing when it is no integer or does not fit 64 bits.
std::optional<std::int64_t> integral(const JsonValue& json) {
  if (const std::int64_t* number = json.if_int64()) return *number;
  if (const double* number = json.if_double()) {
    constexpr double kLimit = 9223372036854775808.0;  // 2^63
    if (*number == std::trunc(*number) && *number >= -kLimit && *number < kLimit) {
      return static_cast<std::int64_t>(*number);
    }
  }
  return std::nullopt;  // Also unsigned numbers: the parser makes them only from 2^63 on.
}

}  // namespace

void encode(JsonWriter& writer, bool value) {
  writer.boolean(value);
}
void encode(JsonWriter& writer, std::int32_t value) {
  writer.integer(value);
}
void encode(JsonWriter& writer, std::int64_t value) {
  writer.integer(value);
}
void encode(JsonWriter& writer, double value) {
  writer.real(value);
}
void encode(JsonWriter& writer, const std::string& value) {
  writer.string(value);
}

void encode(JsonWriter& writer, WallTime value) {
  const std::int64_t ms = value.ms % 1000;
  if (ms == 0) return writer.integer(value.ms / 1000);
  const std::uint64_t size =
      value.ms < 0 ? 0 - static_cast<std::uint64_t>(value.ms) : static_cast<std::uint64_t>(value.ms);
  char text[32];
  const char* end =
      fmt::format_to(text, FMT_COMPILE("{}{}.{:03}"), value.ms < 0 ? "-" : "", size / 1000, size % 1000);
  while (end[-1] == '0') --end;
  writer.raw({text, static_cast<std::size_t>(end - text)});
}

void encode(JsonWriter& writer, const Unit& /*value*/) {
  writer.begin_object();
  writer.end_object();
}

void encode_unknown(JsonWriter& writer, const JsonObject& members) {
  for (const auto& member : members) {
    writer.any_key(std::string_view(member.key().data(), member.key().size()));
    writer.value(member.value());
  }
}

void encode_blob_member(JsonWriter& writer, std::string_view name, const std::string& value) {
  writer.key(name);
  writer.string(encode_base64(value));
}

void encode_blob_member(JsonWriter& writer, std::string_view name, const std::optional<std::string>& value) {
  if (value) encode_blob_member(writer, name, *value);
}

bool decode(const JsonValue& json, bool& out, DecodeContext& context) {
  if (!json.is_bool()) return context.wrong_type("a boolean", json), false;
  out = json.get_bool();
  return true;
}

bool decode(const JsonValue& json, std::int64_t& out, DecodeContext& context) {
  const auto number = integral(json);
  if (!number) return context.wrong_type("an integer of 64 bits", json), false;
  out = *number;
  return true;
}

bool decode(const JsonValue& json, std::int32_t& out, DecodeContext& context) {
  const auto number = integral(json);
  if (!number || *number < std::numeric_limits<std::int32_t>::min() ||
      *number > std::numeric_limits<std::int32_t>::max()) {
    return context.wrong_type("an integer of 32 bits", json), false;
  }
  out = static_cast<std::int32_t>(*number);
  return true;
}

bool decode(const JsonValue& json, double& out, DecodeContext& context) {
  if (!json.is_number()) return context.wrong_type("a number", json), false;
  out = json.to_number<double>();
  return true;
}

bool decode(const JsonValue& json, std::string& out, DecodeContext& context) {
  if (!json.is_string()) return context.wrong_type("a string", json), false;
  const JsonString& text = json.get_string();
  out.assign(text.data(), text.size());
  return true;
}

bool decode(const JsonValue& json, WallTime& out, DecodeContext& context) {
  if (!json.is_number()) return context.wrong_type("a number of seconds", json), false;
  const auto seconds = json.to_number<double>();
  if (!(std::abs(seconds) <= kTimestampSecondsMax)) {
    return context.add(ProblemKind::range, "must be a time before the year 10000"), false;
  }
  out.ms = json.is_int64() ? json.get_int64() * 1000 : std::llround(seconds * 1000);
  return true;
}

bool decode(const JsonValue& json, Unit& /*out*/, DecodeContext& context) {
  return context.object(json) != nullptr;
}

bool decode_blob(const JsonValue& json, std::string& out, DecodeContext& context) {
  if (!json.is_string()) return context.wrong_type("a string", json), false;
  Result<std::string> bytes = decode_base64(json.get_string());
  if (!bytes.ok()) return context.add(ProblemKind::wrong_type, "is not base64"), false;
  out = std::move(*bytes);
  return true;
}

}  // namespace berth::model
