#include "model/table_query.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/encoding.h"
#include "base/json.h"
#include "base/time.h"
#include "model/enum_support.h"

namespace berth::model {
namespace {

// Encoding
// ----------------------------------------------------------------------------------------------------

void encode_value(XmlWriter& writer, const Shape& shape, const void* value);

void encode_element(XmlWriter& writer, std::string_view name, const Shape& shape, const void* value) {
  writer.open(name);
  encode_value(writer, shape, value);
  writer.close(name);
}

void encode_items(XmlWriter& writer, std::string_view name, const ListShape& list, const void* value) {
  const std::size_t size = list.access->size(value);
  for (std::size_t i = 0; i < size; ++i) encode_element(writer, name, *list.item, list.access->at(value, i));
}

struct XmlMapWriting {
  XmlWriter& writer;
  const MapShape& map;
  std::string_view entry;
};

void encode_entries(XmlWriter& writer, std::string_view entry, const MapShape& map, const void* value) {
  XmlMapWriting writing{writer, map, entry};
  map.access->each(value, &writing, [](void* context, const std::string& key, const void* item) {
    const auto& to = *static_cast<XmlMapWriting*>(context);
    to.writer.open(to.entry);
    to.writer.element(to.map.key_name, key);
    encode_element(to.writer, to.map.value_name, *to.map.value, item);
    to.writer.close(to.entry);
  });
}

// ISO 8601 in UTC; milliseconds only where there are any.
std::string time_text(WallTime time) {
  std::string text = render_iso8601(time);
  if (time.ms % 1000 == 0) text.replace(text.size() - 5, 4, "");  // ".000Z" -> "Z"
  return text;
}

void encode_value(XmlWriter& writer, const Shape& shape, const void* value) {
  switch (shape.kind) {
    case ShapeKind::string:
      return writer.text(value_as<std::string>(value));
    case ShapeKind::boolean:
      return writer.text(value_as<bool>(value) ? "true" : "false");
    case ShapeKind::integer:
      return writer.text(fmt::to_string(value_as<std::int32_t>(value)));
    case ShapeKind::long_:
      return writer.text(fmt::to_string(value_as<std::int64_t>(value)));
    case ShapeKind::double_:
      return writer.text(fmt::to_string(value_as<double>(value)));
    case ShapeKind::timestamp:
      return writer.text(time_text(value_as<WallTime>(value)));
    case ShapeKind::blob:
      return writer.text(encode_base64(value_as<std::string>(value)));
    case ShapeKind::document:
      return writer.text(render_json(value_as<JsonValue>(value)));
    case ShapeKind::enumeration: {
      const auto index = static_cast<std::size_t>(shape.enumeration->get(value));
      return writer.text(shape.enumeration->texts()[index]);
    }
    case ShapeKind::list:
      return encode_items(writer, shape.list->item_name, *shape.list, value);
    case ShapeKind::map:
      return encode_entries(writer, "entry", *shape.map, value);
    case ShapeKind::structure:
      return encode_xml_tabled(writer, *shape.structure, value);
  }
}

// Decoding
// ----------------------------------------------------------------------------------------------------

bool wrong(DecodeContext& context, std::string_view what) {
  context.add(ProblemKind::wrong_type, what);
  return false;
}

std::string_view text_of(const QueryTree& tree) {
  return tree.value() ? std::string_view(*tree.value()) : std::string_view();
}

// A number that takes up the whole text.
template <class T>
bool decode_number(const QueryTree& tree, T& out, DecodeContext& context, std::string_view expected) {
  const std::string_view text = text_of(tree);
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool fits = error == std::errc() && end == text.data() + text.size() && !text.empty();
  if constexpr (std::is_floating_point_v<T>) fits = fits && std::isfinite(number);
  if (!fits) return wrong(context, fmt::format("expected {}", expected));
  out = number;
  return true;
}

bool decode_boolean(const QueryTree& tree, bool& out, DecodeContext& context) {
  const std::string_view text = text_of(tree);
  const bool yes = text == "true" || text == "True" || text == "TRUE" || text == "1";
  const bool no = text == "false" || text == "False" || text == "FALSE" || text == "0";
  if (!yes && !no) return wrong(context, "expected true or false");
  out = yes;
  return true;
}

bool decode_enum(const QueryTree& tree, const EnumAccess& access, void* out, DecodeContext& context) {
  if (!tree.value()) return wrong(context, "expected a value, found a structure");
  const int index = enum_index(access.texts(), *tree.value());
  if (index < 0) return context.bad_enum(*tree.value(), access.texts()), false;
  access.set(out, index);
  return true;
}

bool decode_time(const QueryTree& tree, WallTime& out, DecodeContext& context) {
  const Result<WallTime> time = parse_iso8601(text_of(tree));
  if (!time.ok()) return wrong(context, time.error().message);
  out = *time;
  return true;
}

bool decode_text(const QueryTree& tree, std::string& out, DecodeContext& context) {
  if (!tree.value()) return wrong(context, "expected a value, found a structure");
  out = *tree.value();
  return true;
}

bool decode_bytes(const QueryTree& tree, std::string& out, DecodeContext& context) {
  Result<std::string> bytes = decode_base64(text_of(tree));
  if (!bytes.ok()) return wrong(context, "is not base64");
  out = *std::move(bytes);
  return true;
}

/// Walks a form by the table of its structure; one for a request.
class FormDecoder {
 public:
  FormDecoder(DecodeContext& context, FormDialect dialect) : context_(context), dialect_(dialect) {}

  bool structure(const QueryTree& tree, const StructureShape& shape, void* out) {
    const std::size_t before = context_.problem_count();
    for (const MemberShape& member : shape.members) {
      const QueryTree* child = tree.child(member.form_name);
      if (child != nullptr)
        decode_member(*child, member, out);
      else if (member.required)
        context_.missing(member.form_name);
    }
    return context_.problem_count() == before;
  }

 private:
  void decode_member(const QueryTree& tree, const MemberShape& member, void* structure) {
    const PathScope scope(context_, member.form_name);
    void* field = member.in(structure);
    const std::size_t before = context_.problem_count();
    void* value = member.optional ? member.optional->emplace(field) : field;
    const bool flattened = member.flattened || dialect_ == FormDialect::ec2;
    decode_value(tree, *member.shape, value, flattened);
    if (context_.problem_count() != before && member.optional) member.optional->reset(field);
  }

  bool decode_value(const QueryTree& tree, const Shape& shape, void* out, bool flattened) {
    if (!decode_unchecked(tree, shape, out, flattened)) return false;
    if (context_.strict()) check_constraint(shape, out, context_);
    return true;
  }

  bool decode_unchecked(const QueryTree& tree, const Shape& shape, void* out, bool flattened) {
    switch (shape.kind) {
      case ShapeKind::string:
        return decode_text(tree, value_as<std::string>(out), context_);
      case ShapeKind::boolean:
        return decode_boolean(tree, value_as<bool>(out), context_);
      case ShapeKind::integer:
        return decode_number(tree, value_as<std::int32_t>(out), context_, "an integer of 32 bits");
      case ShapeKind::long_:
        return decode_number(tree, value_as<std::int64_t>(out), context_, "an integer of 64 bits");
      case ShapeKind::double_:
        return decode_number(tree, value_as<double>(out), context_, "a number");
      case ShapeKind::timestamp:
        return decode_time(tree, value_as<WallTime>(out), context_);
      case ShapeKind::blob:
        return decode_bytes(tree, value_as<std::string>(out), context_);
      case ShapeKind::document:
        return wrong(context_, "has no form in this protocol");
      case ShapeKind::enumeration:
        return decode_enum(tree, *shape.enumeration, out, context_);
      case ShapeKind::list:
        return decode_list(tree, *shape.list, out, flattened);
      case ShapeKind::map:
        return decode_map(tree, *shape.map, out, flattened);
      case ShapeKind::structure:
        return structure(tree, *shape.structure, out);
    }
    return false;
  }

  // Items of a list or map; none for `X=`, which is how clients write an empty one.
  static std::vector<const QueryTree*> items(const QueryTree& tree, std::string_view item, bool flattened) {
    const QueryTree* holder = flattened ? &tree : tree.child(item);
    return holder == nullptr ? std::vector<const QueryTree*>() : holder->items();
  }

  bool decode_list(const QueryTree& tree, const ListShape& list, void* out, bool flattened) {
    const std::size_t before = context_.problem_count();
    std::size_t index = 0;
    for (const QueryTree* element : items(tree, list.item_name, flattened)) {
      const PathScope at(context_, index++);
      if (!decode_value(*element, *list.item, list.access->append(out), dialect_ == FormDialect::ec2))
        list.access->drop_last(out);
    }
    return context_.problem_count() == before;
  }

  bool decode_map(const QueryTree& tree, const MapShape& map, void* out, bool flattened) {
    const std::size_t before = context_.problem_count();
    std::size_t index = 0;
    for (const QueryTree* element : items(tree, "entry", flattened)) {
      const PathScope at(context_, index++);
      const QueryTree* key = element->child(map.key_name);
      const QueryTree* value = element->child(map.value_name);
      if (key == nullptr) context_.missing(map.key_name);
      if (value == nullptr) context_.missing(map.value_name);
      if (key == nullptr || value == nullptr) continue;
      decode_entry(*key, *value, map, out);
    }
    return context_.problem_count() == before;
  }

  void decode_entry(const QueryTree& key_tree, const QueryTree& value_tree, const MapShape& map, void* out) {
    const std::string key = key_tree.value().value_or("");
    if (map.key_constraint && context_.strict()) check_key(*map.key_constraint, key, context_);
    if (!decode_value(value_tree, *map.value, map.access->emplace(out, key), false))
      map.access->erase(out, key);
  }

  DecodeContext& context_;
  FormDialect dialect_;
};

}  // namespace

void encode_xml_tabled(XmlWriter& writer, const StructureShape& shape, const void* value) {
  for (const MemberShape& member : shape.members) {
    const void* found = member.find_in(value);
    if (found == nullptr) continue;
    if (member.flattened && member.shape->kind == ShapeKind::list)
      encode_items(writer, member.xml_name, *member.shape->list, found);
    else if (member.flattened && member.shape->kind == ShapeKind::map)
      encode_entries(writer, member.xml_name, *member.shape->map, found);
    else
      encode_element(writer, member.xml_name, *member.shape, found);
  }
}

bool decode_form_tabled(const QueryTree& tree, const StructureShape& shape, void* out, DecodeContext& context,
                        FormDialect dialect) {
  return FormDecoder(context, dialect).structure(tree, shape, out);
}

}  // namespace berth::model
