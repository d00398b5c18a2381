#include "auth/join_token.h"

#include <algorithm>
#include <array>

#include "auth/sha256.h"
#include "base/encoding.h"
#include "base/text.h"

namespace berth::auth {
namespace {

constexpr std::string_view kPrefix = "berth-join-v1";
constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kHashDigits = 64;

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

std::string render_join_token(const JoinToken& token) {
  return std::string(kPrefix) + '.' + token.id + '.' + encode_base64url(token.secret) + '.' +
         token.authority_sha256;
}

Result<JoinToken> parse_join_token(std::string_view text) {
  const auto refuse = [] {
    return invalid(
        "That is no join token: it is one line of four parts, berth-join-v1.ID.SECRET.AUTHORITY, as "
        "`berth join-token create` prints it.");
  };
  std::string_view rest = trim(text);
  std::array<std::string_view, 4> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t dot = i + 1 < parts.size() ? rest.find('.') : rest.size();
    if (dot == std::string_view::npos) return refuse();
    parts[i] = rest.substr(0, dot);
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  const auto secret = decode_base64url(parts[2]);
  if (parts[0] != kPrefix || !is_hex(parts[1], kIdDigits) || !secret || secret->size() != kJoinSecretBytes ||
      !is_hex(parts[3], kHashDigits))
    return refuse();
  return JoinToken{std::string(parts[1]), *secret, std::string(parts[3])};
}

std::string hash_join_secret(std::string_view secret) {
  return encode_hex(bytes_of(sha256(secret)));
}

}  // namespace berth::auth
