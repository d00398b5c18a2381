#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "auth/auth_failure.h"
#include "auth/authorization.h"
#include "auth/signing_key.h"
#include "base/time.h"

namespace berth::auth {

/// Who signed a request, and for where: the region of the credential scope selects the realm, as at AWS.
struct Principal {
  std::string account_id;
  std::string access_key_id;
  std::string arn;
  std::string user_id;
  std::string region;
  std::string service;
  friend bool operator==(const Principal&, const Principal&) = default;
};

/// An access key and whose it is.
struct KeyInfo {
  std::string secret;
  std::string account_id;
  std::string arn;
  std::string user_id;
  std::optional<std::string> session_token;  ///< Temporary credentials must present it.
  std::optional<WallTime> expires_at;
};

/// Finds the key of an access key id; null when there is none. Called on the thread of verify_request.
/// Shared, so that a verification copies no secrets.
using KeyLookup = std::function<std::shared_ptr<const KeyInfo>(std::string_view access_key_id)>;

/// How far a signature's date may be from our clock, either way.
inline constexpr Duration kSignatureWindow = std::chrono::minutes(15);

/// Verifies AWS Signature Version 4, in the Authorization header or presigned, over exactly the headers that
/// the client says it signed; `host` must be among them, and `x-amz-target` if the request has one, as it
/// decides what is done. The payload is hashed from `body` whatever X-Amz-Content-Sha256 says. SigV4A and
/// chunked payloads are not spoken.
///
/// Runs on: any thread; scratch space is kept per thread.
/// Errors: every FailureKind but access_denied; the first that applies, in the order key, token, scope, date,
///   signature.
/// Limits: kAuthorizationBytesMax, kSignedHeadersMax, kSignatureWindow.
std::variant<Principal, AuthFailure> verify_request(const SignedRequest& request, const KeyLookup& find_key,
                                                    WallTime now, SigningKeyCache& cache);

struct SigningCredentials {
  std::string access_key_id;
  std::string secret;
  std::string session_token;  ///< Empty when there is none.
};

struct SigningInput {
  const SigningCredentials& credentials;
  std::string_view region;
  std::string_view service;
  WallTime now;
};

/// Headers to add to the request that was signed.
struct RequestSignature {
  std::string authorization;  ///< Authorization
  std::string date;           ///< X-Amz-Date
  std::string session_token;  ///< X-Amz-Security-Token, when not empty.
};

/// Signs a request: `host` (which `headers` must hold, as it will be sent), `content-type` and every
/// `x-amz-…` header, the date and the session token among them. Sign last, and change nothing but unsigned
/// headers afterwards. Without `host` the call is a broken invariant. `request.services` is not looked at.
///
/// Runs on: any thread; scratch space is kept per thread.
RequestSignature sign_request(const SignedRequest& request, const SigningInput& input,
                              SigningKeyCache& cache);

}  // namespace berth::auth
