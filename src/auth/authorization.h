#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/auth_failure.h"
#include "auth/signing_key.h"
#include "base/header_view.h"
#include "base/time.h"

namespace berth::auth {

/// What SigV4 signs and verifies: a view of one HTTP request.
///
/// Borrows: everything, for the call.
struct SignedRequest {
  std::string_view method;
  std::string_view path;   ///< As on the request line: still percent-encoded, without the query.
  std::string_view query;  ///< As on the request line, without '?'.
  std::span<const HeaderView> headers;
  std::string_view body;
  /// Service names that the credential scope may hold; empty accepts any. The first one is named to the
  /// client.
  std::span<const std::string_view> services;
};

/// Bytes of an Authorization header, or of a presigned query, beyond which a request is refused.
inline constexpr std::size_t kAuthorizationBytesMax = 8192;
inline constexpr std::size_t kSignedHeadersMax = 64;

/// A signature as the client sent it, taken apart but not yet believed.
///
/// Borrows: the request; in the presigned form the views point into `decoded`, so an Authorization is never
/// copied.
struct Authorization {
  std::string_view access_key_id;
  CredentialScope scope;
  std::string_view signed_headers;  ///< `host;x-amz-date`
  std::string_view signature;       ///< 64 hex digits, when well-formed.
  std::string_view date;            ///< `20150830T123600Z`
  std::string_view session_token;   ///< Empty when the request has none.
  WallTime signed_at;
  std::optional<Duration> expires;  ///< Only presigned.
  bool presigned = false;

  Authorization() = default;
  Authorization(const Authorization&) = delete;
  Authorization& operator=(const Authorization&) = delete;

  std::array<std::string, 7> decoded;
};

/// Reads the Authorization header (any spacing, any order of its parts) or the presigned query parameters,
/// and the date.
/// Errors: `missing_token`, `incomplete_signature`, `bad_scope`; nothing when `out` is filled.
std::optional<AuthFailure> parse_authorization(const SignedRequest& request, Authorization& out);

/// Splits `KEY/DATE/REGION/SERVICE/aws4_request`. Region and service hold only `a-z0-9-`, at most 64 of them.
std::optional<AuthFailure> parse_credential(std::string_view credential, std::string_view& access_key_id,
                                            CredentialScope& scope);

/// `20150830T123600Z`; nothing when it is not such a date.
std::optional<WallTime> parse_basic_iso8601(std::string_view text);

/// The first header of that name, in any case.
const HeaderView* find_header(std::span<const HeaderView> headers, std::string_view name);
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace berth::auth
