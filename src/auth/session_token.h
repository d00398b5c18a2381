#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/sealing.h"
#include "base/time.h"

namespace berth::auth {

/// What a session token says of its session. Nothing of it is stored: the token is all there is, so it dies
/// with what it names, which is looked at in every call.
struct SessionClaims {
  std::string access_key_id;  ///< ASIA…
  std::string secret;
  std::string account;
  std::string arn;            ///< arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION, or the user's.
  std::string user_id;        ///< AROA…:SESSION or AIDA…
  std::string issuer_arn;     ///< Of the role, or of the user that asked.
  std::string issuer_id;      ///< AROA… or AIDA…: a role that was made anew is another.
  std::string source_key_id;  ///< The access key that asked; when that is revoked, the session ends.
  WallTime issued_at;
  WallTime expires_at;
  std::vector<std::string> session_policies;
  std::map<std::string, std::string> tags;
  std::vector<std::string> transitive_tag_keys;
  std::string source_identity;
  std::string machine_id;  ///< Of a machine that joined; empty for everybody else.
  bool chained = false;    ///< Made by another session.
  friend bool operator==(const SessionClaims&, const SessionClaims&) = default;
};

/// Longest token that is looked at, as text.
inline constexpr std::size_t kSessionTokenBytesMax = 16'384;

/// The token, as base64. A nonce must never come twice with one key.
std::string make_session_token(const SessionClaims& claims, const SealingKey& key, const Nonce& nonce);

/// Reads a token that came with `access_key_id`. Whether it has expired, and whether what it names still is,
/// is for the caller to look at.
/// Errors: `invalid` for anything that was not made by one of these keys for this access key.
Result<SessionClaims> read_session_token(std::string_view token, std::string_view access_key_id,
                                         std::span<const SealingKey> keys);

}  // namespace berth::auth
