#pragma once
#include "model/codec_support.h"
#include "model/shapes.h"

/// JSON codecs of structures that have a table (`Tabled`): the same answers, and the same problems with the
/// same paths, as the generated codecs give.
namespace berth::model {

void encode_tabled(JsonWriter& writer, const StructureShape& shape, const void* value);
/// False after at least one problem was noted.
bool decode_tabled(const JsonValue& json, const StructureShape& shape, void* out, DecodeContext& context);

template <Tabled T>
void encode(JsonWriter& writer, const T& value) {
  encode_tabled(writer, shape_of(&value), &value);
}
template <Tabled T>
bool decode(const JsonValue& json, T& out, DecodeContext& context) {
  return decode_tabled(json, shape_of(&out), &out, context);
}

}  // namespace berth::model
