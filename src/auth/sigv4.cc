#include "auth/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "auth/canonical.h"
#include "auth/sha256.h"
#include "base/assert.h"

namespace berth::auth {
namespace {

constexpr std::string_view kWrongSignature =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key "
    "and signing method. Consult the service documentation for details.";
constexpr std::string_view kUnknownKey = "The security token included in the request is invalid.";

bool is_listed(std::string_view signed_headers, std::string_view name) {
  while (true) {
    const std::size_t end = signed_headers.find(';');
    if (equal_ignoring_case(signed_headers.substr(0, end), name)) return true;
    if (end == std::string_view::npos) return false;
    signed_headers.remove_prefix(end + 1);
  }
}

std::optional<AuthFailure> check_service(const SignedRequest& request, const CredentialScope& scope) {
  if (request.services.empty() ||
      std::find(request.services.begin(), request.services.end(), scope.service) != request.services.end())
    return std::nullopt;
  return AuthFailure{
      FailureKind::bad_scope,
      fmt::format("Credential should be scoped to correct service: '{}'.", request.services.front())};
}

std::optional<AuthFailure> check_signed_headers(const SignedRequest& request,
                                                const Authorization& authorization) {
  if (!is_listed(authorization.signed_headers, "host"))
    return AuthFailure{FailureKind::wrong_signature,
                       "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."};
  if (find_header(request.headers, "x-amz-target") != nullptr &&
      !is_listed(authorization.signed_headers, "x-amz-target"))
    return AuthFailure{FailureKind::wrong_signature,
                       "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization."};
  return std::nullopt;
}

std::optional<AuthFailure> check_key(const KeyInfo* key, const Authorization& authorization, WallTime now) {
  const std::string_view expected =
      key != nullptr && key->session_token ? std::string_view(*key->session_token) : std::string_view{};
  if (key == nullptr || !equal_constant_time(expected, authorization.session_token))
    return AuthFailure{FailureKind::unknown_key, std::string(kUnknownKey)};
  if (key->expires_at && *key->expires_at <= now)
    return AuthFailure{FailureKind::expired_token, "The security token included in the request is expired"};
  return std::nullopt;
}

std::optional<AuthFailure> check_date(const Authorization& authorization, WallTime now) {
  if (!authorization.date.starts_with(authorization.scope.date))
    return AuthFailure{
        FailureKind::bad_scope,
        fmt::format(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            "'{}' != '{}', from '{}'.",
            authorization.scope.date, authorization.date.substr(0, 8), authorization.date)};
  const Duration window = authorization.expires.value_or(kSignatureWindow);
  const auto minutes = [](Duration d) { return std::chrono::duration_cast<std::chrono::minutes>(d).count(); };
  if (now - authorization.signed_at > window)
    return AuthFailure{
        FailureKind::stale,
        fmt::format("Signature expired: {} is now earlier than {} ({} - {} min.)", authorization.date,
                    render_basic_iso8601(now - window), render_basic_iso8601(now), minutes(window))};
  if (authorization.signed_at - now > kSignatureWindow)
    return AuthFailure{FailureKind::future,
                       fmt::format("Signature not yet current: {} is still later than {} ({} + {} min.)",
                                   authorization.date, render_basic_iso8601(now + kSignatureWindow),
                                   render_basic_iso8601(now), minutes(kSignatureWindow))};
  return std::nullopt;
}

// Leaves the signature in `hex`. Both texts are scratch of the thread: a request in the usual case allocates
// nothing.
const std::string& calculate_signature(const SignedRequest& request, const CredentialScope& scope,
                                       std::string_view date, std::string_view signed_headers,
                                       const Sha256Digest& key) {
  thread_local std::string canonical;
  thread_local std::string to_sign;
  thread_local std::string hex;
  canonical.clear();
  append_canonical_request(canonical, request, scope.service, signed_headers);
  to_sign.clear();
  append_string_to_sign(to_sign, date, scope, canonical);
  hex.clear();
  append_hex(hex, hmac_sha256(bytes_of(key), {to_sign}));
  return hex;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string choose_signed_headers(std::span<const HeaderView> headers) {
  std::vector<std::string> names;
  for (const HeaderView& header : headers) {
    std::string name = lower_case(header.name);
    if (name == "host" || name == "content-type" || name.starts_with("x-amz-"))
      names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string joined;
  for (const std::string& name : names) {
    if (!joined.empty()) joined += ';';
    joined += name;
  }
  return joined;
}

}  // namespace

std::variant<Principal, AuthFailure> verify_request(const SignedRequest& request, const KeyLookup& find_key,
                                                    WallTime now, SigningKeyCache& cache) {
  Authorization authorization;
  if (auto failure = parse_authorization(request, authorization)) return std::move(*failure);
  const std::shared_ptr<const KeyInfo> key = find_key(authorization.access_key_id);
  if (auto failure = check_key(key.get(), authorization, now)) return std::move(*failure);
  if (auto failure = check_service(request, authorization.scope)) return std::move(*failure);
  if (auto failure = check_signed_headers(request, authorization)) return std::move(*failure);
  if (auto failure = check_date(authorization, now)) return std::move(*failure);

  const Sha256Digest signing_key = cache.get(key->secret, authorization.scope);
  const std::string& expected = calculate_signature(request, authorization.scope, authorization.date,
                                                    authorization.signed_headers, signing_key);
  if (!equal_constant_time(expected, authorization.signature))
    return AuthFailure{FailureKind::wrong_signature, std::string(kWrongSignature)};
  return Principal{
      key->account_id, std::string(authorization.access_key_id), key->arn,
      key->user_id,    std::string(authorization.scope.region),  std::string(authorization.scope.service)};
}

RequestSignature sign_request(const SignedRequest& request, const SigningInput& input,
                              SigningKeyCache& cache) {
  check(find_header(request.headers, "host") != nullptr, "a request without a Host header cannot be signed");
  RequestSignature result;
  result.date = render_basic_iso8601(input.now);
  result.session_token = input.credentials.session_token;

  std::vector<HeaderView> headers;
  headers.reserve(request.headers.size() + 2);
  for (const HeaderView& header : request.headers)
    if (!equal_ignoring_case(header.name, "x-amz-date") &&
        !equal_ignoring_case(header.name, "x-amz-security-token"))
      headers.push_back(header);
  headers.push_back({"x-amz-date", result.date});
  if (!result.session_token.empty()) headers.push_back({"x-amz-security-token", result.session_token});

  const CredentialScope scope{std::string_view(result.date).substr(0, 8), input.region, input.service};
  const std::string signed_headers = choose_signed_headers(headers);
  SignedRequest complete = request;
  complete.headers = headers;
  const std::string& signature = calculate_signature(complete, scope, result.date, signed_headers,
                                                     cache.get(input.credentials.secret, scope));
  result.authorization = fmt::format(
      "AWS4-HMAC-SHA256 Credential={}/{}/{}/{}/aws4_request, SignedHeaders={}, Signature={}",
      input.credentials.access_key_id, scope.date, scope.region, scope.service, signed_headers, signature);
  return result;
}

}  // namespace berth::auth
