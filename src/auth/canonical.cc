#include "auth/canonical.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "auth/sha256.h"
#include "base/encoding.h"
#include "base/text.h"

namespace berth::auth {
namespace {

bool is_plain_path(std::string_view path) {
  if (path.empty() || path.front() != '/') return false;
  char previous = 'x';
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '~' || c == '/' || c == '.';
    if (!plain || (previous == '/' && (c == '/' || c == '.'))) return false;
    previous = c;
  }
  return true;
}

std::string normalize_path(std::string_view path) {
  std::vector<std::string_view> kept;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (segment.empty() || segment == ".") continue;
    if (segment != "..")
      kept.push_back(segment);
    else if (!kept.empty())
      kept.pop_back();
  }
  std::string out;
  for (const std::string_view segment : kept) out.append(1, '/').append(segment);
  if (out.empty() || path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..")) out += '/';
  return out;
}

// Text that is not percent-encoded properly is taken as it stands, so that nothing a client sends is an error
// here.
std::string recode(std::string_view text) {
  const auto decoded = decode_uri(text, Plus::space);
  return encode_uri(decoded ? std::string_view(*decoded) : text);
}

void append_folded(std::string& out, std::string_view value) {
  value = trim(value);
  // Hardly ever is there anything to fold.
  bool plain = true;
  for (std::size_t i = 0; i < value.size(); ++i)
    plain = plain && value[i] != '\t' && (value[i] != ' ' || value[i - 1] != ' ');
  if (plain) {
    out += value;
    return;
  }
  bool blank = false;
  for (const char c : value) {
    const bool is_blank = c == ' ' || c == '\t';
    if (is_blank && blank) continue;
    out += is_blank ? ' ' : c;
    blank = is_blank;
  }
}

}  // namespace

void append_canonical_path(std::string& out, std::string_view raw_path, std::string_view service) {
  if (is_plain_path(raw_path) || service == "s3")
    out += raw_path.empty() ? std::string_view("/") : raw_path;
  else
    out += encode_uri(normalize_path(raw_path), Slash::keep);
}

void append_canonical_query(std::string& out, std::string_view raw_query) {
  if (raw_query.empty()) return;
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!raw_query.empty()) {
    const std::size_t end = raw_query.find('&');
    const std::string_view item = raw_query.substr(0, end);
    raw_query.remove_prefix(end == std::string_view::npos ? raw_query.size() : end + 1);
    if (item.empty()) continue;
    const std::size_t equals = item.find('=');
    const std::string_view name = item.substr(0, equals);
    if (name == "X-Amz-Signature") continue;
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : item.substr(equals + 1);
    parameters.emplace_back(recode(name), recode(value));
  }
  std::sort(parameters.begin(), parameters.end());
  bool first = true;
  for (const auto& [name, value] : parameters) {
    if (!first) out += '&';
    first = false;
    out.append(name).append(1, '=').append(value);
  }
}

void append_canonical_headers(std::string& out, std::span<const HeaderView> headers,
                              std::string_view signed_headers) {
  while (true) {
    const std::size_t end = signed_headers.find(';');
    const std::string_view name = signed_headers.substr(0, end);
    out.append(name).append(1, ':');
    bool first = true;
    for (const HeaderView& header : headers) {
      if (!equal_ignoring_case(header.name, name)) continue;
      if (!first) out += ',';
      first = false;
      append_folded(out, header.value);
    }
    out += '\n';
    if (end == std::string_view::npos) break;
    signed_headers.remove_prefix(end + 1);
  }
}

void append_canonical_request(std::string& out, const SignedRequest& request, std::string_view service,
                              std::string_view signed_headers) {
  out.append(request.method).append(1, '\n');
  append_canonical_path(out, request.path, service);
  out += '\n';
  append_canonical_query(out, request.query);
  out += '\n';
  append_canonical_headers(out, request.headers, signed_headers);
  out.append(1, '\n').append(signed_headers).append(1, '\n');
  append_hex(out, sha256(request.body));
}

void append_string_to_sign(std::string& out, std::string_view date, const CredentialScope& scope,
                           std::string_view canonical_request) {
  out.append("AWS4-HMAC-SHA256\n").append(date).append(1, '\n');
  out.append(scope.date).append(1, '/').append(scope.region).append(1, '/').append(scope.service);
  out.append("/aws4_request\n");
  append_hex(out, sha256(canonical_request));
}

}  // namespace berth::auth
