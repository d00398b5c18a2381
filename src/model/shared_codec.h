#pragma once
#include "model/codec_support.h"
#include "model/shared.h"

namespace berth::model {

template <class T>
void encode(JsonWriter& writer, const Shared<T>& value) {
  encode(writer, *value);
}

template <class T>
bool decode(const JsonValue& json, Shared<T>& out, DecodeContext& context) {
  T value{};
  const bool good = decode(json, value, context);
  out = std::move(value);
  return good;
}

}  // namespace berth::model
