#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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
bool are_clean(std::uint64_t word) {
  const std::uint64_t quote = word ^ every_byte('"');
  const std::uint64_t backslash = word ^ every_byte('\\');
  const std::uint64_t hits = ((word - every_byte(0x20)) & ~word) | ((quote - every_byte(1)) & ~quote) |
                             ((backslash - every_byte(1)) & ~backslash);
  return (hits & every_byte(0x80)) == 0;
}

bool is_clean(unsigned char c) {
  return c >= 0x20 && c != '"' && c != '\\';
}

// The compiler has instructions for it on every machine that it knows.
using Block = unsigned char __attribute__((vector_size(16)));

// 0xff where a byte needs an escape.
Block dirty_bytes(Block block) {
  return reinterpret_cast<Block>((block < 0x20) | (block == '"') | (block == '\\'));
}

// Copies the text and says whether nothing in it needs an escape; the last bytes perhaps twice.
bool copy_clean(const char* from, std::size_t size, char* to) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  if (size >= sizeof(Block)) {
    Block dirty{};
    for (std::size_t i = 0; i < size; i += sizeof(Block)) {
      const std::size_t at = std::min(i, size - sizeof(Block));
      Block block;
      std::memcpy(&block, from + at, sizeof(block));
      std::memcpy(to + at, &block, sizeof(block));
      dirty |= dirty_bytes(block);
    }
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), &dirty, sizeof(dirty));
    return (halves[0] | halves[1]) == 0;
  }
  if (size >= kWord) {
    std::array<std::uint64_t, 2> ends;
    std::memcpy(&ends[0], from, kWord);
    std::memcpy(&ends[1], from + size - kWord, kWord);
    std::memcpy(to, &ends[0], kWord);
    std::memcpy(to + size - kWord, &ends[1], kWord);
    return are_clean(ends[0]) && are_clean(ends[1]);
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (!is_clean(static_cast<unsigned char>(from[i]))) return false;
    to[i] = from[i];
  }
  return true;
}

char* copy(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

// One character as it stands in a JSON text: six bytes at most.
char* escape(unsigned char c, char* to) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      return copy("\\\"", to);
    case '\\':
      return copy("\\\\", to);
    case '\n':
      return copy("\\n", to);
    case '\r':
      return copy("\\r", to);
    case '\t':
      return copy("\\t", to);
    default:
      break;
  }
  if (is_clean(c)) {
    *to++ = static_cast<char>(c);
    return to;
  }
  to = copy("\\u00", to);
  *to++ = kHex[c >> 4];
  *to++ = kHex[c & 15];
  return to;
}

constexpr std::size_t kEscapedMax = 6;
constexpr std::size_t kTextBytesMin = 512;
// Longer texts are rare, and their memory is not kept.
constexpr std::size_t kSpareBytesMax = 256U << 10;

// Memory for the thread's next writer. Longer than empty, and what it holds means nothing.
thread_local std::string spare;

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

JsonWriter::JsonWriter() : text_(std::move(spare)) {
  spare.clear();  // What was moved from may be anything.
}

JsonWriter::~JsonWriter() {
  if (text_.size() > spare.size() && text_.size() <= kSpareBytesMax) spare = std::move(text_);
}

std::string JsonWriter::take() {
  std::string written(text_, 0, used_);
  used_ = 0;
  comma_ = false;
  return written;
}

void JsonWriter::grow(std::size_t bytes) {
  text_.resize(std::max({kTextBytesMin, used_ + bytes + 1, 2 * text_.size()}));
}

void JsonWriter::open(char bracket) {
  char* at = separated(room(1));
  *at++ = bracket;
  reached(at);
  comma_ = false;
}

void JsonWriter::close(char bracket) {
  char* at = room(1);
  *at++ = bracket;
  reached(at);
  comma_ = true;
}

void JsonWriter::any_key(std::string_view name) {
  escaped(name);
  char* at = room(1);
  *at++ = ':';
  reached(at);
  comma_ = false;
}

void JsonWriter::string(std::string_view text) {
  escaped(text);
}

void JsonWriter::escaped(std::string_view text) {
  char* at = separated(room(text.size() + 2));
  *at++ = '"';
  if (copy_clean(text.data(), text.size(), at)) [[likely]] {
    at += text.size();
    *at++ = '"';
    reached(at);
  } else {
    reached(at);
    escape_slowly(text);
  }
}

void JsonWriter::escape_slowly(std::string_view text) {
  char* at = room(kEscapedMax * text.size() + 1);
  for (const char c : text) at = escape(static_cast<unsigned char>(c), at);
  *at++ = '"';
  reached(at);
}

void JsonWriter::integer(std::int64_t number) {
  const fmt::format_int digits(number);
  raw({digits.data(), digits.size()});
}

void JsonWriter::real(double number) {
  if (!std::isfinite(number)) return null();
  raw(fmt::format("{}", number));
}

void JsonWriter::boolean(bool truth) {
  raw(truth ? "true" : "false");
}

void JsonWriter::null() {
  raw("null");
}

void JsonWriter::raw(std::string_view json) {
  reached(copy(json, separated(room(json.size()))));
}

void JsonWriter::value(const JsonValue& value) {
  raw(boost::json::serialize(value));
}

}  // namespace berth
