#include "model/query_codec.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/encoding.h"

namespace berth::model {
namespace {

/// A number that takes up the whole text of `tree`.
template <class T>
bool decode_number(const QueryTree& tree, T& out, DecodeContext& context, std::string_view expected) {
  const std::string_view text = tree.value() ? std::string_view(*tree.value()) : std::string_view();
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool fits = error == std::errc() && end == text.data() + text.size() && !text.empty();
  if constexpr (std::is_floating_point_v<T>) fits = fits && std::isfinite(number);
  if (!fits) return context.add(ProblemKind::wrong_type, fmt::format("expected {}", expected)), false;
  out = number;
  return true;
}

}  // namespace

void encode_xml(XmlWriter& writer, bool value) {
  writer.text(value ? "true" : "false");
}
void encode_xml(XmlWriter& writer, std::int32_t value) {
  writer.text(fmt::to_string(value));
}
void encode_xml(XmlWriter& writer, std::int64_t value) {
  writer.text(fmt::to_string(value));
}
void encode_xml(XmlWriter& writer, double value) {
  writer.text(fmt::to_string(value));
}
void encode_xml(XmlWriter& writer, const std::string& value) {
  writer.text(value);
}

void encode_xml(XmlWriter& writer, WallTime value) {
  std::string text = render_iso8601(value);
  if (value.ms % 1000 == 0) text.replace(text.size() - 5, 4, "");  // ".000Z" -> "Z"
  writer.text(text);
}

void encode_xml_blob_member(XmlWriter& writer, std::string_view name, const std::string& value) {
  writer.element(name, encode_base64(value));
}

void encode_xml_blob_member(XmlWriter& writer, std::string_view name,
                            const std::optional<std::string>& value) {
  if (value) encode_xml_blob_member(writer, name, *value);
}

bool decode_query(const QueryTree& tree, std::string& out, DecodeContext& context) {
  if (!tree.value())
    return context.add(ProblemKind::wrong_type, "expected a value, found a structure"), false;
  out = *tree.value();
  return true;
}

bool decode_query(const QueryTree& tree, bool& out, DecodeContext& context) {
  const std::string_view text = tree.value() ? std::string_view(*tree.value()) : std::string_view();
  if (text != "true" && text != "false") {
    return context.add(ProblemKind::wrong_type, "expected true or false"), false;
  }
  out = text == "true";
  return true;
}

bool decode_query(const QueryTree& tree, std::int32_t& out, DecodeContext& context) {
  return decode_number(tree, out, context, "an integer of 32 bits");
}

bool decode_query(const QueryTree& tree, std::int64_t& out, DecodeContext& context) {
  return decode_number(tree, out, context, "an integer of 64 bits");
}

bool decode_query(const QueryTree& tree, double& out, DecodeContext& context) {
  return decode_number(tree, out, context, "a number");
}

bool decode_query(const QueryTree& tree, WallTime& out, DecodeContext& context) {
  const Result<WallTime> time = parse_iso8601(tree.value().value_or(""));
  if (!time.ok()) return context.add(ProblemKind::wrong_type, time.error().message), false;
  out = *time;
  return true;
}

bool decode_query_blob(const QueryTree& tree, std::string& out, DecodeContext& context) {
  Result<std::string> bytes = decode_base64(tree.value().value_or(""));
  if (!bytes.ok()) return context.add(ProblemKind::wrong_type, "is not base64"), false;
  out = std::move(*bytes);
  return true;
}

std::vector<const QueryTree*> query_items(const QueryTree& list, std::string_view item) {
  const QueryTree* holder = item.empty() ? &list : list.child(item);
  return holder == nullptr ? std::vector<const QueryTree*>() : holder->items();
}

}  // namespace berth::model
