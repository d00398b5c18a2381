#include "auth/auth_failure.h"

#include "base/assert.h"

namespace berth::auth {
namespace {

struct Row {
  std::string_view code;
  int status;
};

// The JSON services answer 400 throughout, as ECS does.
Row json_row(FailureKind kind) {
  switch (kind) {
    case FailureKind::missing_token:
      return {"MissingAuthenticationTokenException", 400};
    case FailureKind::incomplete_signature:
      return {"IncompleteSignatureException", 400};
    case FailureKind::unknown_key:
      return {"UnrecognizedClientException", 400};
    case FailureKind::expired_token:
      return {"ExpiredTokenException", 400};
    case FailureKind::bad_scope:
    case FailureKind::stale:
    case FailureKind::future:
    case FailureKind::wrong_signature:
      return {"InvalidSignatureException", 400};
    case FailureKind::access_denied:
      return {"AccessDeniedException", 400};
  }
  unreachable();
}

Row query_row(FailureKind kind) {
  switch (kind) {
    case FailureKind::missing_token:
      return {"MissingAuthenticationToken", 403};
    case FailureKind::incomplete_signature:
      return {"IncompleteSignature", 400};
    case FailureKind::unknown_key:
      return {"InvalidClientTokenId", 403};
    case FailureKind::expired_token:
      return {"ExpiredToken", 403};
    case FailureKind::bad_scope:
    case FailureKind::stale:
    case FailureKind::future:
    case FailureKind::wrong_signature:
      return {"SignatureDoesNotMatch", 403};
    case FailureKind::access_denied:
      return {"AccessDenied", 403};
  }
  unreachable();
}

Row ec2_row(FailureKind kind) {
  switch (kind) {
    case FailureKind::missing_token:
      return {"MissingAuthenticationToken", 403};
    case FailureKind::incomplete_signature:
      return {"IncompleteSignature", 400};
    case FailureKind::expired_token:
    case FailureKind::stale:
    case FailureKind::future:
      return {"RequestExpired", 400};
    case FailureKind::unknown_key:
    case FailureKind::bad_scope:
    case FailureKind::wrong_signature:
      return {"AuthFailure", 401};
    case FailureKind::access_denied:
      return {"UnauthorizedOperation", 403};
  }
  unreachable();
}

}  // namespace

AuthErrorText render_auth_failure(const AuthFailure& failure, ErrorFamily family) {
  Row row{};
  switch (family) {
    case ErrorFamily::json:
      row = json_row(failure.kind);
      break;
    case ErrorFamily::query:
      row = query_row(failure.kind);
      break;
    case ErrorFamily::ec2:
      row = ec2_row(failure.kind);
      break;
  }
  return {row.code, failure.message, row.status};
}

}  // namespace berth::auth
