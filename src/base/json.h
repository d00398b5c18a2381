#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/result.h"

namespace berth {

using JsonValue = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;
using JsonString = boost::json::string;

/// Nesting that parse_json accepts; deeper documents are refused.
inline constexpr std::size_t kJsonDepthMax = 64;

/// Parses one UTF-8 JSON document. The message says at which byte it went wrong.
/// Errors: `invalid`.
Result<JsonValue> parse_json(std::string_view text);
std::string render_json(const JsonValue& value);

/// Writes JSON text, without an intermediate tree. Commas are added as needed.
///
/// Owns:      the text, until take(). Threads lend their writers memory that earlier ones have grown.
/// Invariant: the caller balances begin and end and writes a key before each member's value.
class JsonWriter {
 public:
  JsonWriter();
  ~JsonWriter();
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  /// `name` must need no escaping (names from an API model never do).
  void key(std::string_view name) {
    char* at = separated(room(name.size() + 3));
    *at++ = '"';
    std::memcpy(at, name.data(), name.size());
    at += name.size();
    *at++ = '"';
    *at++ = ':';
    reached(at);
    comma_ = false;
  }
  /// A key that may hold any character (keys of maps).
  void any_key(std::string_view name);
  void string(std::string_view text);
  void integer(std::int64_t number);
  /// Shortest text that reads back as the same number; NaN and infinities become null.
  void real(double number);
  void boolean(bool truth);
  void null();
  /// Text that is already JSON.
  void raw(std::string_view json);
  void value(const JsonValue& value);

  /// What has been written; the writer is empty then.
  std::string take();

 private:
  void open(char bracket);
  void close(char bracket);
  void escaped(std::string_view text);
  void escape_slowly(std::string_view text);
  /// Where the next bytes go: there is room for so many, and for a comma.
  char* room(std::size_t bytes) {
    if (used_ + bytes >= text_.size()) grow(bytes);
    return text_.data() + used_;
  }
  void grow(std::size_t bytes);
  char* separated(char* at) {
    if (comma_) *at++ = ',';
    comma_ = true;
    return at;
  }
  void reached(const char* at) { used_ = static_cast<std::size_t>(at - text_.data()); }

  std::string text_;  // Longer than what is written: bytes are put in their places, not appended.
  std::size_t used_ = 0;
  bool comma_ = false;
};

}  // namespace berth
