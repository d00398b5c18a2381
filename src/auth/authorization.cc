#include "auth/authorization.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"

namespace berth::auth {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kScopePartBytesMax = 64;
constexpr std::int64_t kPresignedSecondsMax = 7 * 24 * 3600;

AuthFailure incomplete(std::string message) {
  return {FailureKind::incomplete_signature, std::move(message)};
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

bool is_scope_part(std::string_view text) {
  return !text.empty() && text.size() <= kScopePartBytesMax &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

struct Parts {
  std::string_view credential;
  std::string_view signed_headers;
  std::string_view signature;
};

std::optional<AuthFailure> split_parts(std::string_view rest, Parts& parts) {
  while (!rest.empty()) {
    const auto* stop =
        std::find_if(rest.begin(), rest.end(), [](char c) { return c == ',' || c == ' ' || c == '\t'; });
    const auto end = static_cast<std::size_t>(stop - rest.begin());
    const std::string_view item = rest.substr(0, end);
    rest.remove_prefix(stop == rest.end() ? rest.size() : end + 1);
    if (item.empty()) continue;
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos)
      return incomplete(
          fmt::format("'{}' not a valid key=value pair (missing equal-sign) in Authorization header.",
                      item.substr(0, 128)));
    const std::string_view key = item.substr(0, equals);
    const std::string_view value = item.substr(equals + 1);
    if (key == "Credential") parts.credential = value;
    if (key == "SignedHeaders") parts.signed_headers = value;
    if (key == "Signature") parts.signature = value;
  }
  return std::nullopt;
}

std::optional<AuthFailure> require_parts(const Parts& parts, std::string_view date) {
  if (!parts.credential.empty() && !parts.signed_headers.empty() && !parts.signature.empty() && !date.empty())
    return std::nullopt;
  std::string message;
  const auto require = [&](std::string_view value, std::string_view name) {
    if (value.empty()) message += fmt::format("Authorization header requires '{}' parameter. ", name);
  };
  require(parts.credential, "Credential");
  require(parts.signature, "Signature");
  require(parts.signed_headers, "SignedHeaders");
  if (date.empty())
    message += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  message.pop_back();
  return incomplete(std::move(message));
}

std::optional<AuthFailure> check_parts(const Parts& parts, Authorization& out) {
  if (auto failure = parse_credential(parts.credential, out.access_key_id, out.scope)) return failure;
  out.signed_headers = parts.signed_headers;
  out.signature = parts.signature;
  if (std::count(out.signed_headers.begin(), out.signed_headers.end(), ';') >=
      static_cast<long>(kSignedHeadersMax))
    return incomplete(fmt::format("SignedHeaders names more than {} headers.", kSignedHeadersMax));
  const auto signed_at = parse_basic_iso8601(out.date);
  if (!signed_at)
    return incomplete(fmt::format(
        "Date must be in ISO-8601 'basic format'. Got '{}'. See http://en.wikipedia.org/wiki/ISO_8601",
        out.date.substr(0, 64)));
  out.signed_at = *signed_at;
  return std::nullopt;
}

std::optional<AuthFailure> parse_header(const SignedRequest& request, std::string_view text,
                                        Authorization& out) {
  Parts parts;
  if (!text.starts_with(kAlgorithm) || text.size() == kAlgorithm.size() ||
      (text[kAlgorithm.size()] != ' ' && text[kAlgorithm.size()] != ','))
    return incomplete(fmt::format("Authorization header must begin with '{}'.", kAlgorithm));
  if (auto failure = split_parts(text.substr(kAlgorithm.size()), parts)) return failure;
  const HeaderView* date = find_header(request.headers, "x-amz-date");
  if (date == nullptr) date = find_header(request.headers, "date");
  if (date != nullptr) out.date = trim(date->value);
  if (auto failure = require_parts(parts, out.date)) return failure;
  if (const HeaderView* token = find_header(request.headers, "x-amz-security-token"))
    out.session_token = trim(token->value);
  return check_parts(parts, out);
}

// Finds the X-Amz-… parameters of a presigned URL; the order of names is that of Authorization::decoded.
constexpr std::array<std::string_view, 7> kPresignedNames = {
    "X-Amz-Algorithm",     "X-Amz-Credential", "X-Amz-Date",          "X-Amz-Expires",
    "X-Amz-SignedHeaders", "X-Amz-Signature",  "X-Amz-Security-Token"};

std::optional<AuthFailure> parse_presigned(const SignedRequest& request, Authorization& out) {
  std::string_view rest = request.query;
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    const std::string_view item = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const std::size_t equals = item.find('=');
    const auto* found = std::find(kPresignedNames.begin(), kPresignedNames.end(), item.substr(0, equals));
    if (found == kPresignedNames.end() || equals == std::string_view::npos) continue;
    auto value = decode_uri(item.substr(equals + 1), Plus::space);
    if (!value) return incomplete(fmt::format("{} is not percent-encoded.", *found));
    out.decoded[static_cast<std::size_t>(found - kPresignedNames.begin())] = std::move(*value);
  }
  const auto& [algorithm, credential, date, expires, signed_headers, signature, token] = out.decoded;
  if (algorithm.empty() && signature.empty())
    return AuthFailure{FailureKind::missing_token, "Missing Authentication Token"};
  out.presigned = true;
  if (algorithm != kAlgorithm) return incomplete(fmt::format("X-Amz-Algorithm must be '{}'.", kAlgorithm));
  if (credential.empty() || date.empty() || signed_headers.empty() || signature.empty() || expires.empty())
    return incomplete(
        "AWS query-string parameters must include 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', "
        "'X-Amz-SignedHeaders' and 'X-Amz-Signature'.");
  if (!is_number(expires) || expires.size() > 6 || number(expires) > kPresignedSecondsMax)
    return incomplete(fmt::format("X-Amz-Expires must be between 0 and {} seconds.", kPresignedSecondsMax));
  out.expires = std::chrono::seconds(number(expires));
  out.date = date;
  out.session_token = token;
  return check_parts({credential, signed_headers, signature}, out);
}

}  // namespace

std::optional<AuthFailure> parse_authorization(const SignedRequest& request, Authorization& out) {
  const HeaderView* header = find_header(request.headers, "authorization");
  const std::string_view text = header == nullptr ? std::string_view{} : trim(header->value);
  if (text.size() > kAuthorizationBytesMax)
    return incomplete(
        fmt::format("The Authorization header is longer than {} bytes.", kAuthorizationBytesMax));
  if (!text.empty()) return parse_header(request, text, out);
  if (request.query.size() > kAuthorizationBytesMax || request.query.find("X-Amz-") == std::string_view::npos)
    return AuthFailure{FailureKind::missing_token, "Missing Authentication Token"};
  return parse_presigned(request, out);
}

std::optional<AuthFailure> parse_credential(std::string_view credential, std::string_view& access_key_id,
                                            CredentialScope& scope) {
  std::array<std::string_view, 5> parts;
  std::size_t count = 0;
  std::string_view rest = credential;
  while (true) {
    const std::size_t slash = rest.find('/');
    if (count < parts.size()) parts[count] = rest.substr(0, slash);
    ++count;
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (count != parts.size() || parts[0].empty())
    return incomplete(
        fmt::format("Credential must have exactly 5 slash-delimited elements, e.g. "
                    "keyid/date/region/service/term, got '{}'",
                    credential.substr(0, 128)));
  const auto bad_scope = [](std::string message) {
    return AuthFailure{FailureKind::bad_scope, std::move(message)};
  };
  if (parts[4] != "aws4_request")
    return bad_scope(
        fmt::format("Credential should be scoped with a valid terminator: 'aws4_request', not '{}'.",
                    parts[4].substr(0, 64)));
  if (parts[1].size() != 8 || !is_number(parts[1]))
    return bad_scope("Credential should be scoped to a date of the form YYYYMMDD.");
  if (!is_scope_part(parts[2])) return bad_scope("Credential should be scoped to a valid region.");
  if (!is_scope_part(parts[3])) return bad_scope("Credential should be scoped to a valid service.");
  access_key_id = parts[0];
  scope = {parts[1], parts[2], parts[3]};
  return std::nullopt;
}

std::optional<WallTime> parse_basic_iso8601(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  if (!is_number(text.substr(0, 8)) || !is_number(text.substr(9, 6))) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(number(text.substr(0, 4))),
                                         std::chrono::month(static_cast<unsigned>(number(text.substr(4, 2)))),
                                         std::chrono::day(static_cast<unsigned>(number(text.substr(6, 2))))};
  const int hour = number(text.substr(9, 2));
  const int minute = number(text.substr(11, 2));
  const int second = number(text.substr(13, 2));
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return WallTime{(((days * 24 + hour) * 60 + minute) * 60 + second) * 1000};
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

const HeaderView* find_header(std::span<const HeaderView> headers, std::string_view name) {
  for (const HeaderView& header : headers)
    if (equal_ignoring_case(header.name, name)) return &header;
  return nullptr;
}

}  // namespace berth::auth
