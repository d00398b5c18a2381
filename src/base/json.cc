#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace berth {
namespace {

constexpr std::uint64_t every_byte(std::uint64_t byte) {
  return byte * 0x0101'0101'0101'0101U;
}

// True when none of eight bytes needs an escape: none is below a blank, a quote or a backslash. The usual
// trick of taking one from each byte and looking at the borrows.
bool are_clean(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  const std::uint64_t quote = word ^ every_byte('"');
  const std::uint64_t backslash = word ^ every_byte('\\');
  const std::uint64_t hits = ((word - every_byte(0x20)) & ~word) | ((quote - every_byte(1)) & ~quote) |
                             ((backslash - every_byte(1)) & ~backslash);
  return (hits & every_byte(0x80)) == 0;
}

void append_escaped(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  std::size_t clean = 0;
  // Where eight bytes are looked at together; those that need an escape, one by one.
  std::size_t look_at = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == look_at) {
      while (i + 8 <= text.size() && are_clean(text.data() + i)) i += 8;
      look_at = i + 8;
      if (i == text.size()) break;
    }
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') [[likely]]
      continue;
    out.append(text, clean, i - clean);
    clean = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
  }
  out.append(text, clean, text.size() - clean);
  out += '"';
}

}  // namespace

Result<JsonValue> parse_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kJsonDepthMax;
  boost::json::parser parser({}, options);
  boost::json::error_code error;
  const std::size_t used = parser.write(text.data(), text.size(), error);
  if (error) return invalid(fmt::format("JSON: {} at byte {}", error.message(), used));
  return parser.release();
}

std::string render_json(const JsonValue& value) {
  return boost::json::serialize(value);
}

void JsonWriter::separate() {
  if (comma_) out_ += ',';
  comma_ = true;
}

void JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  comma_ = false;
}

void JsonWriter::close(char bracket) {
  out_ += bracket;
  comma_ = true;
}

void JsonWriter::key(std::string_view name) {
  // In one piece where it fits: records are mostly keys.
  constexpr std::size_t kPieceBytes = 64;
  constexpr std::size_t kAround = 4;  // A comma, two quotes, a colon.
  if (name.size() + kAround > kPieceBytes) {
    separate();
    out_.append(1, '"').append(name).append("\":");
  } else {
    char piece[kPieceBytes];
    char* at = piece;
    if (comma_) *at++ = ',';
    *at++ = '"';
    at = std::copy(name.begin(), name.end(), at);
    *at++ = '"';
    *at++ = ':';
    out_.append(piece, static_cast<std::size_t>(at - piece));
  }
  comma_ = false;
}

void JsonWriter::any_key(std::string_view name) {
  separate();
  append_escaped(out_, name);
  out_ += ':';
  comma_ = false;
}

void JsonWriter::string(std::string_view text) {
  separate();
  append_escaped(out_, text);
}

void JsonWriter::integer(std::int64_t number) {
  separate();
  const fmt::format_int digits(number);
  out_.append(digits.data(), digits.size());
}

void JsonWriter::real(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", number);
}

void JsonWriter::boolean(bool truth) {
  separate();
  out_ += truth ? "true" : "false";
}

void JsonWriter::null() {
  separate();
  out_ += "null";
}

void JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
}

void JsonWriter::value(const JsonValue& value) {
  raw(boost::json::serialize(value));
}

}  // namespace berth
