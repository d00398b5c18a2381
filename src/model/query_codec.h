#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "model/codec_support.h"
#include "model/query_support.h"

/// What the generated awsQuery codecs are made of. For a structure S of such a service they give
/// `encode_xml(writer, s)`, which writes the members but no element around them, and
/// `decode_query(tree, s, context)`. Lists are `X.member.N` (or `X.N` when flattened), maps
/// `X.entry.N.key`/`.value`.
namespace berth::model {

// Encoding
// ---------------------------------------------------------------------------------------------------

void encode_xml(XmlWriter& writer, bool value);
void encode_xml(XmlWriter& writer, std::int32_t value);
void encode_xml(XmlWriter& writer, std::int64_t value);
void encode_xml(XmlWriter& writer, double value);
void encode_xml(XmlWriter& writer, const std::string& value);
/// ISO 8601 in UTC; milliseconds only where there are any.
void encode_xml(XmlWriter& writer, WallTime value);
template <class T>
requires std::is_enum_v<T>
void encode_xml(XmlWriter& writer, T value) {
  writer.text(to_string(value));
}

template <class T>
void encode_xml_member(XmlWriter& writer, std::string_view name, const T& value) {
  writer.open(name);
  encode_xml(writer, value);
  writer.close(name);
}
template <class T>
void encode_xml_member(XmlWriter& writer, std::string_view name, const std::optional<T>& value) {
  if (value) encode_xml_member(writer, name, *value);
}
void encode_xml_blob_member(XmlWriter& writer, std::string_view name, const std::string& value);
void encode_xml_blob_member(XmlWriter& writer, std::string_view name,
                            const std::optional<std::string>& value);

/// `item` names the elements; empty means flattened: the list's own name, repeated.
template <class T>
void encode_xml_list(XmlWriter& writer, std::string_view name, const std::vector<T>& values,
                     std::string_view item) {
  if (!item.empty()) writer.open(name);
  for (const auto& value : values) encode_xml_member(writer, item.empty() ? name : item, value);
  if (!item.empty()) writer.close(name);
}
template <class T>
void encode_xml_map(XmlWriter& writer, std::string_view name, const std::map<std::string, T>& values,
                    std::string_view item) {
  const std::string_view entry = item.empty() ? name : item;
  if (!item.empty()) writer.open(name);
  for (const auto& [key, value] : values) {
    writer.open(entry);
    writer.element("key", key);
    encode_xml_member(writer, "value", value);
    writer.close(entry);
  }
  if (!item.empty()) writer.close(name);
}
template <class T>
void encode_xml_list(XmlWriter& writer, std::string_view name, const std::optional<T>& values,
                     std::string_view item) {
  if (values) encode_xml_list(writer, name, *values, item);
}
template <class T>
void encode_xml_map(XmlWriter& writer, std::string_view name, const std::optional<T>& values,
                    std::string_view item) {
  if (values) encode_xml_map(writer, name, *values, item);
}

// Decoding
// ---------------------------------------------------------------------------------------------------

bool decode_query(const QueryTree& tree, bool& out, DecodeContext& context);
bool decode_query(const QueryTree& tree, std::int32_t& out, DecodeContext& context);
bool decode_query(const QueryTree& tree, std::int64_t& out, DecodeContext& context);
bool decode_query(const QueryTree& tree, double& out, DecodeContext& context);
bool decode_query(const QueryTree& tree, std::string& out, DecodeContext& context);
bool decode_query(const QueryTree& tree, WallTime& out, DecodeContext& context);
bool decode_query_blob(const QueryTree& tree, std::string& out, DecodeContext& context);
template <class T>
requires std::is_enum_v<T>
bool decode_query(const QueryTree& tree, T& out, DecodeContext& context) {
  std::string text;
  if (!decode_query(tree, text, context)) return false;
  const int index = enum_index(enum_values(T{}), text);
  if (index < 0) return context.bad_enum(text, enum_values(T{})), false;
  out = static_cast<T>(index);
  return true;
}

/// Each of the following returns false when the request does not have the member.
template <class T, class Check = NoCheck>
bool decode_query_member(DecodeContext& context, std::string_view name, const QueryTree& tree, T& out,
                         Check check = {}) {
  const QueryTree* child = tree.child(name);
  if (child == nullptr) return false;
  const PathScope scope(context, name);
  if (decode_query(*child, out, context) && context.strict()) check(out, context);
  return true;
}
template <class T, class Check = NoCheck>
bool decode_query_member(DecodeContext& context, std::string_view name, const QueryTree& tree,
                         std::optional<T>& out, Check check = {}) {
  if (tree.child(name) == nullptr) return false;
  T value{};
  const std::size_t before = context.problem_count();
  decode_query_member(context, name, tree, value, check);
  if (context.problem_count() == before) out = std::move(value);
  return true;
}

template <class Out, class Check = NoCheck>
bool decode_query_blob_member(DecodeContext& context, std::string_view name, const QueryTree& tree, Out& out,
                              Check check = {}) {
  const QueryTree* child = tree.child(name);
  if (child == nullptr) return false;
  const PathScope scope(context, name);
  std::string bytes;
  if (decode_query_blob(*child, bytes, context)) {
    if (context.strict()) check(bytes, context);
    out = std::move(bytes);
  }
  return true;
}

/// The items of a list or map; none for `X=`, which is how clients write an empty one.
std::vector<const QueryTree*> query_items(const QueryTree& list, std::string_view item);

template <class T, class Check = NoCheck>
bool decode_query_list(DecodeContext& context, std::string_view name, const QueryTree& tree,
                       std::vector<T>& out, std::string_view item, Check check = {}) {
  const QueryTree* child = tree.child(name);
  if (child == nullptr) return false;
  const PathScope scope(context, name);
  out.clear();
  for (const QueryTree* element : query_items(*child, item)) {
    const PathScope at(context, out.size());
    decode_query(*element, out.emplace_back(), context);
  }
  if (context.strict()) check(out, context);
  return true;
}
template <class T, class Check = NoCheck>
bool decode_query_map(DecodeContext& context, std::string_view name, const QueryTree& tree,
                      std::map<std::string, T>& out, std::string_view item, Check check = {}) {
  const QueryTree* child = tree.child(name);
  if (child == nullptr) return false;
  const PathScope scope(context, name);
  std::size_t index = 0;
  out.clear();
  for (const QueryTree* element : query_items(*child, item)) {
    const PathScope at(context, index++);
    std::string key;
    T value{};
    if (!decode_query_member(context, "key", *element, key)) context.missing("key");
    if (!decode_query_member(context, "value", *element, value)) context.missing("value");
    out.insert_or_assign(std::move(key), std::move(value));
  }
  if (context.strict()) check(out, context);
  return true;
}
template <class T, class Check = NoCheck>
bool decode_query_list(DecodeContext& context, std::string_view name, const QueryTree& tree,
                       std::optional<T>& out, std::string_view item, Check check = {}) {
  if (tree.child(name) == nullptr) return false;
  return decode_query_list(context, name, tree, out.emplace(), item, check);
}
template <class T, class Check = NoCheck>
bool decode_query_map(DecodeContext& context, std::string_view name, const QueryTree& tree,
                      std::optional<T>& out, std::string_view item, Check check = {}) {
  if (tree.child(name) == nullptr) return false;
  return decode_query_map(context, name, tree, out.emplace(), item, check);
}

}  // namespace berth::model
