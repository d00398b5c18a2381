#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace berth::auth {

inline constexpr std::size_t kJoinSecretBytes = 32;

/// What `berth join-token create` prints and `berth join` reads: one line that holds the secret and pins the
/// authority of the control plane, `berth-join-v1.ID.SECRET.AUTHORITY`.
struct JoinToken {
  std::string id;                ///< 16 hex digits; no secret, shown in lists.
  std::string secret;            ///< kJoinSecretBytes random bytes; only its hash is stored.
  std::string authority_sha256;  ///< Of the authority's certificate (DER), 64 hex digits.
  friend bool operator==(const JoinToken&, const JoinToken&) = default;
};

std::string render_join_token(const JoinToken& token);

/// Surrounding white space is ignored, as the token is read from files and pipes.
/// Errors: `invalid`, saying what a token looks like; never repeating what came.
Result<JoinToken> parse_join_token(std::string_view text);

/// What is stored of a secret, as hex.
std::string hash_join_secret(std::string_view secret);

}  // namespace berth::auth
