// Goal: no text breaks the ARN parser, and what it accepts is written as it was read.
// Method: parse any bytes; render and parse what was accepted; then look at the resource in every form.
#include <cstdint>
#include <string_view>

#include "base/arn.h"
#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto arn = parse_arn(text);
  if (arn.ok()) {
    check(looks_like_arn(text), "parsed what does not look like an ARN");
    check(render_arn(*arn) == text, "an ARN changed when it was written again");
  }
  const auto resource = parse_ecs_resource(arn.ok() ? std::string_view(arn->resource) : text);
  check(!resource.ok() || !resource->id.empty(), "a resource without an id");
  return 0;
}
