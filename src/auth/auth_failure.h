#pragma once
#include <string>
#include <string_view>

namespace berth::auth {

/// Why a request was not let in.
enum class FailureKind {
  missing_token,         ///< No signature at all.
  incomplete_signature,  ///< A signature that cannot be read.
  unknown_key,           ///< No such access key, or the session token is not that key's.
  expired_token,         ///< The temporary credentials are over.
  bad_scope,             ///< Signed for another service, or with a malformed scope.
  stale,                 ///< Signed too long ago.
  future,                ///< Signed too far ahead of our clock.
  wrong_signature,       ///< The signature is not the one we calculate.
  access_denied,         ///< Known, but not permitted.
};

struct AuthFailure {
  FailureKind kind = FailureKind::missing_token;
  std::string message;  ///< In AWS's words. Holds no secret.
};

/// The families of protocols whose services name the same failure differently.
enum class ErrorFamily { json, query, ec2 };

/// What the client is told: AWS's code, text and HTTP status for this failure in this family.
struct AuthErrorText {
  std::string_view code;
  std::string message;
  int status = 400;
};
AuthErrorText render_auth_failure(const AuthFailure& failure, ErrorFamily family);

}  // namespace berth::auth
