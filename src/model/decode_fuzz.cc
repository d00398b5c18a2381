// Goal: no bytes break the codec, and what it accepts keeps its value.
// Method: decode any bytes as the largest request, encode, decode, encode: both texts are the same.
#include <cstdint>

#include "base/assert.h"
#include "model/ecs/task_definition_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Request = berth::model::ecs::RegisterTaskDefinitionRequest;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto mode : {berth::model::DecodeMode::strict, berth::model::DecodeMode::lenient}) {
    const auto first = berth::model::decode_json<Request>(text, mode);
    if (!first.ok()) continue;
    const std::string once = berth::model::encode_json(*first);
    const auto second = berth::model::decode_json<Request>(once, mode);
    berth::check(second.ok(), "what was encoded does not decode");
    berth::check(berth::model::encode_json(*second) == once, "a second round trip changed the text");
  }
  return 0;
}
