#include "model/table_json.h"

#include <bitset>

#include "base/encoding.h"

namespace berth::model {
namespace {

// Encoding
// ----------------------------------------------------------------------------------------------------

std::string_view enum_text_of(const EnumAccess& access, const void* value) {
  return access.texts()[static_cast<std::size_t>(access.get(value))];
}

void encode_value(JsonWriter& writer, const Shape& shape, const void* value);

void encode_list(JsonWriter& writer, const ListShape& list, const void* value) {
  writer.begin_array();
  const std::size_t size = list.access->size(value);
  for (std::size_t i = 0; i < size; ++i) encode_value(writer, *list.item, list.access->at(value, i));
  writer.end_array();
}

struct JsonMapWriting {
  JsonWriter& writer;
  const Shape& shape;
};

void encode_map(JsonWriter& writer, const MapShape& map, const void* value) {
  JsonMapWriting writing{writer, *map.value};
  writer.begin_object();
  map.access->each(value, &writing, [](void* context, const std::string& key, const void* item) {
    auto& to = *static_cast<JsonMapWriting*>(context);
    to.writer.any_key(key);
    encode_value(to.writer, to.shape, item);
  });
  writer.end_object();
}

void encode_value(JsonWriter& writer, const Shape& shape, const void* value) {
  switch (shape.kind) {
    case ShapeKind::string:
      return writer.string(value_as<std::string>(value));
    case ShapeKind::boolean:
      return writer.boolean(value_as<bool>(value));
    case ShapeKind::integer:
      return writer.integer(value_as<std::int32_t>(value));
    case ShapeKind::long_:
      return writer.integer(value_as<std::int64_t>(value));
    case ShapeKind::double_:
      return writer.real(value_as<double>(value));
    case ShapeKind::timestamp:
      return encode(writer, value_as<WallTime>(value));
    case ShapeKind::blob:
      return writer.string(encode_base64(value_as<std::string>(value)));
    case ShapeKind::document:
      return writer.value(value_as<JsonValue>(value));
    case ShapeKind::enumeration:
      return writer.string(enum_text_of(*shape.enumeration, value));
    case ShapeKind::list:
      return encode_list(writer, *shape.list, value);
    case ShapeKind::map:
      return encode_map(writer, *shape.map, value);
    case ShapeKind::structure:
      return encode_tabled(writer, *shape.structure, value);
  }
}

// A time whose member asks for another form than seconds.
void encode_member_value(JsonWriter& writer, const MemberShape& member, const void* value) {
  if (member.timestamp == TimestampFormat::date_time)
    return writer.string(render_iso8601(value_as<WallTime>(value)));
  encode_value(writer, *member.shape, value);
}

// Decoding
// ----------------------------------------------------------------------------------------------------

bool decode_value(const JsonValue& json, const Shape& shape, void* out, DecodeContext& context);

// Lenient decoding leaves these out of optional members, lists and maps.
bool left_out(const JsonValue& json, const Shape& shape, const DecodeContext& context) {
  if (context.strict()) return false;
  if (shape.kind == ShapeKind::enumeration && json.is_string())
    return enum_index(shape.enumeration->texts(), json.get_string()) < 0;
  return json.is_null();
}

bool decode_and_check(const JsonValue& json, const Shape& shape, void* out, DecodeContext& context) {
  if (!decode_value(json, shape, out, context)) return false;
  if (context.strict()) check_constraint(shape, out, context);
  return true;
}

bool decode_enum(const JsonValue& json, const EnumAccess& access, void* out, DecodeContext& context) {
  if (!json.is_string()) return context.wrong_type("a string", json), false;
  const int index = enum_index(access.texts(), json.get_string());
  if (index < 0) return context.bad_enum(json.get_string(), access.texts()), false;
  access.set(out, index);
  return true;
}

bool decode_list(const JsonValue& json, const ListShape& list, void* out, DecodeContext& context) {
  const JsonArray* array = context.array(json);
  if (array == nullptr) return false;
  const std::size_t before = context.problem_count();
  for (std::size_t i = 0; i < array->size(); ++i) {
    const JsonValue& item = (*array)[i];
    if (left_out(item, *list.item, context)) continue;
    const PathScope scope(context, i);
    if (!decode_and_check(item, *list.item, list.access->append(out), context)) list.access->drop_last(out);
  }
  return context.problem_count() == before;
}

bool decode_map(const JsonValue& json, const MapShape& map, void* out, DecodeContext& context) {
  const JsonObject* object = context.object(json);
  if (object == nullptr) return false;
  const std::size_t before = context.problem_count();
  for (const auto& entry : *object) {
    if (left_out(entry.value(), *map.value, context)) continue;
    const std::string key(entry.key().data(), entry.key().size());
    const PathScope scope(context, key);
    if (map.key_constraint && context.strict()) check_key(*map.key_constraint, key, context);
    if (!decode_and_check(entry.value(), *map.value, map.access->emplace(out, key), context))
      map.access->erase(out, key);
  }
  return context.problem_count() == before;
}

bool decode_value(const JsonValue& json, const Shape& shape, void* out, DecodeContext& context) {
  switch (shape.kind) {
    case ShapeKind::string:
      return decode(json, value_as<std::string>(out), context);
    case ShapeKind::boolean:
      return decode(json, value_as<bool>(out), context);
    case ShapeKind::integer:
      return decode(json, value_as<std::int32_t>(out), context);
    case ShapeKind::long_:
      return decode(json, value_as<std::int64_t>(out), context);
    case ShapeKind::double_:
      return decode(json, value_as<double>(out), context);
    case ShapeKind::timestamp:
      return decode(json, value_as<WallTime>(out), context);
    case ShapeKind::blob:
      return decode_blob(json, value_as<std::string>(out), context);
    case ShapeKind::document:
      value_as<JsonValue>(out) = json;
      return true;
    case ShapeKind::enumeration:
      return decode_enum(json, *shape.enumeration, out, context);
    case ShapeKind::list:
      return decode_list(json, *shape.list, out, context);
    case ShapeKind::map:
      return decode_map(json, *shape.map, out, context);
    case ShapeKind::structure:
      return decode_tabled(json, *shape.structure, out, context);
  }
  return false;
}

// False when the member is absent (null), or its text is none of the enum's and decoding is lenient.
bool decode_one(const JsonValue& json, const MemberShape& member, void* structure, DecodeContext& context) {
  // A required member has nothing that could be left out: its unknown text is a problem in lenient mode too.
  const bool skip =
      member.required ? json.is_null() : json.is_null() || left_out(json, *member.shape, context);
  if (skip) return false;
  const PathScope scope(context, member.name);
  void* field = member.in(structure);
  void* value = member.optional ? member.optional->emplace(field) : field;
  if (!decode_and_check(json, *member.shape, value, context) && member.optional)
    member.optional->reset(field);
  return true;
}

}  // namespace

void encode_tabled(JsonWriter& writer, const StructureShape& shape, const void* value) {
  writer.begin_object();
  for (const MemberShape& member : shape.members) {
    const void* found = member.find_in(value);
    if (found == nullptr) continue;
    writer.key(member.name);
    encode_member_value(writer, member, found);
  }
  writer.end_object();
}

bool decode_tabled(const JsonValue& json, const StructureShape& shape, void* out, DecodeContext& context) {
  const JsonObject* object = context.object(json);
  if (object == nullptr) return false;
  const std::size_t before = context.problem_count();
  std::bitset<kMembersMax> seen;
  for (const auto& entry : *object) {
    const MemberShape* member = shape.find({entry.key().data(), entry.key().size()});
    if (member == nullptr) continue;
    if (decode_one(entry.value(), *member, out, context))
      seen.set(static_cast<std::size_t>(member - shape.members.data()));
  }
  for (std::size_t i = 0; i < shape.members.size(); ++i)
    if (shape.members[i].required && !seen.test(i)) context.missing(shape.members[i].name);
  return context.problem_count() == before;
}

}  // namespace berth::model
