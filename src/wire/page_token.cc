#include "wire/page_token.h"

#include <optional>

#include "base/assert.h"
#include "base/encoding.h"
#include "base/random.h"

namespace berth::wire {
namespace {

constexpr char kVersion = 1;
constexpr std::uint64_t kCheckSeed = 0x6265727468746f6bULL;
constexpr std::size_t kCheckBytes = 4;

void append_number(std::string& out, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i));
}

std::uint64_t read_number(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

std::string check_bytes(std::string_view payload) {
  std::string out;
  append_number(out, hash_bytes(payload, kCheckSeed) >> 16, kCheckBytes);
  return out;
}

void append_text(std::string& out, std::string_view text) {
  check(text.size() < 0x10000, "a page token's part is too long");
  append_number(out, text.size(), 2);
  out += text;
}

std::optional<std::string_view> take(std::string_view& rest, std::size_t bytes) {
  if (rest.size() < bytes) return std::nullopt;
  const std::string_view taken = rest.substr(0, bytes);
  rest.remove_prefix(bytes);
  return taken;
}

std::optional<std::string_view> take_text(std::string_view& rest) {
  const auto size = take(rest, 2);
  return size ? take(rest, read_number(*size)) : std::nullopt;
}

}  // namespace

std::string encode_page_token(const PageScope& scope, std::string_view last_key) {
  std::string payload(1, kVersion);
  append_text(payload, scope.operation);
  append_number(payload, scope.filter, 8);
  append_text(payload, scope.realm);
  payload += last_key;
  return encode_base64url(payload + check_bytes(payload));
}

std::variant<std::string, PageTokenFailure> decode_page_token(std::string_view token,
                                                              const PageScope& scope) {
  if (token.empty() || token.size() > kPageTokenBytesMax) return PageTokenFailure::broken;
  const auto bytes = decode_base64url(token);
  if (!bytes || bytes->size() <= kCheckBytes) return PageTokenFailure::broken;
  std::string_view rest(*bytes);
  const std::string_view sent_check = rest.substr(rest.size() - kCheckBytes);
  rest.remove_suffix(kCheckBytes);
  if (check_bytes(rest) != sent_check || rest.front() != kVersion) return PageTokenFailure::broken;
  rest.remove_prefix(1);
  const auto operation = take_text(rest);
  const auto filter = take(rest, 8);
  const auto realm = take_text(rest);
  if (!operation || !filter || !realm) return PageTokenFailure::broken;
  if (*operation != scope.operation) return PageTokenFailure::other_operation;
  if (*realm != scope.realm) return PageTokenFailure::other_realm;
  if (read_number(*filter) != scope.filter) return PageTokenFailure::other_filter;
  return std::string(rest);
}

std::string_view explain(PageTokenFailure failure) {
  switch (failure) {
    case PageTokenFailure::broken:
      return "Invalid token: nextToken is not one that was returned by this service.";
    case PageTokenFailure::other_operation:
      return "Invalid token: nextToken was returned by another operation.";
    case PageTokenFailure::other_filter:
      return "Invalid token: nextToken was returned for other parameters. Repeat the parameters of the first "
             "call.";
    case PageTokenFailure::other_realm:
      return "Invalid token: nextToken was returned for another account or region.";
  }
  unreachable();
}

}  // namespace berth::wire
