#pragma once
#include <span>
#include <string>
#include <string_view>

#include "auth/authorization.h"

namespace berth::auth {

/// The pieces of SigV4's canonical request, appended to a text that the caller may reuse. Pure.

/// The path percent-encoded once more, with '.', '..' and repeated slashes removed; for `s3` as it came.
void append_canonical_path(std::string& out, std::string_view raw_path, std::string_view service);
/// Parameters sorted by encoded name, then value. '+' counts as a space. A presigned X-Amz-Signature is left
/// out.
void append_canonical_query(std::string& out, std::string_view raw_query);
/// `name:value\n` for each name of `signed_headers` (separated by ';') in the order given: values trimmed,
/// runs of blanks made one, several headers of one name joined by ','. A header that is absent has an empty
/// value.
void append_canonical_headers(std::string& out, std::span<const HeaderView> headers,
                              std::string_view signed_headers);
/// The whole: what gets hashed into the string to sign.
void append_canonical_request(std::string& out, const SignedRequest& request, std::string_view service,
                              std::string_view signed_headers);
/// `AWS4-HMAC-SHA256 \n date \n scope \n hash of the canonical request`.
void append_string_to_sign(std::string& out, std::string_view date, const CredentialScope& scope,
                           std::string_view canonical_request);

}  // namespace berth::auth
