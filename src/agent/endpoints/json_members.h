#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace berth::agent::endpoints {

/// Members of an object that is being written; a time that is not known is left out.
inline void member(JsonWriter& out, std::string_view name, std::string_view text) {
  out.key(name);
  out.string(text);
}

inline void member(JsonWriter& out, std::string_view name, std::int64_t number) {
  out.key(name);
  out.integer(number);
}

inline void member(JsonWriter& out, std::string_view name, const std::optional<WallTime>& time) {
  if (time) member(out, name, std::string_view(render_iso8601(*time)));
}

inline void write_texts(JsonWriter& out, std::string_view name, const std::vector<std::string>& texts) {
  out.key(name);
  out.begin_array();
  for (const auto& text : texts) out.string(text);
  out.end_array();
}

}  // namespace berth::agent::endpoints
