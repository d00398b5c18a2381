#include "http/endpoint.h"

#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "base/encoding.h"
#include "base/text.h"
#include "http/message_text.h"

namespace berth::http {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::uint16_t kDockerPort = 2375;
constexpr std::string_view kUnixScheme = "unix://";

struct Scheme {
  std::string_view name;
  Endpoint::Kind kind;
  std::uint16_t port;
};
constexpr Scheme kSchemes[] = {
    {"http", Endpoint::Kind::tcp, kHttpPort},  {"https", Endpoint::Kind::tls, kHttpsPort},
    {"ws", Endpoint::Kind::tcp, kHttpPort},    {"wss", Endpoint::Kind::tls, kHttpsPort},
    {"tcp", Endpoint::Kind::tcp, kDockerPort},
};

const Scheme* find_scheme(std::string_view name) {
  for (const auto& scheme : kSchemes) {
    if (equals_ignoring_case(scheme.name, name)) return &scheme;
  }
  return nullptr;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool is_loopback(std::string_view host) {
  if (equals_ignoring_case(host, "localhost")) return true;
  boost::system::error_code code;
  const auto address = boost::asio::ip::make_address(std::string(host), code);
  return !code && address.is_loopback();
}

bool is_exempt(std::string_view pattern, const Endpoint& target) {
  if (pattern.empty()) return false;
  if (pattern == "*") return true;
  const auto colon = pattern.rfind(':');
  if (colon != std::string_view::npos && pattern.find(':') == colon) {
    if (pattern.substr(colon + 1) != std::to_string(target.port)) return false;
    pattern = pattern.substr(0, colon);
  }
  if (pattern.front() == '.') pattern.remove_prefix(1);
  const std::string_view host = target.host;
  if (equals_ignoring_case(host, pattern)) return true;
  return host.size() > pattern.size() && host[host.size() - pattern.size() - 1] == '.' &&
         equals_ignoring_case(host.substr(host.size() - pattern.size()), pattern);
}

/// Splits `HOST[:PORT]`, where an IPv6 address stands in brackets.
bool split_authority(std::string_view authority, Endpoint& endpoint) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return false;
    endpoint.host = authority.substr(1, close - 1);
    const auto rest = authority.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return false;
    if (!rest.empty()) port = rest.substr(1);
  } else {
    const auto colon = authority.find(':');
    endpoint.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) port = authority.substr(colon + 1);
  }
  if (endpoint.host.empty() || endpoint.host.find_first_of(" \r\n") != std::string::npos) return false;
  if (port.empty()) return true;
  const auto number = parse_port(port);
  if (number) endpoint.port = *number;
  return number.has_value();
}

}  // namespace

std::string Endpoint::authority() const {
  if (kind == Kind::unix_socket) return host;
  const auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  const auto usual = kind == Kind::tls ? kHttpsPort : kHttpPort;
  return port == usual ? name : name + ":" + std::to_string(port);
}

Result<Endpoint> parse_endpoint(std::string_view url) {
  Endpoint endpoint;
  if (url.starts_with(kUnixScheme)) {
    endpoint.kind = Endpoint::Kind::unix_socket;
    endpoint.host = "localhost";
    endpoint.path = url.substr(kUnixScheme.size());
    if (endpoint.path.empty()) return invalid("endpoint '" + std::string(url) + "': no path");
    return endpoint;
  }
  const auto colon = url.find("://");
  const auto* scheme = colon == std::string_view::npos ? nullptr : find_scheme(url.substr(0, colon));
  if (scheme == nullptr) {
    return invalid("endpoint '" + std::string(url) +
                   "': expected http://, https://, ws://, wss://, tcp:// or unix://");
  }
  endpoint.kind = scheme->kind;
  endpoint.port = scheme->port;
  auto authority = url.substr(colon + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) {
    auto user_info = decode_uri(authority.substr(0, at));
    if (!user_info.ok()) return invalid("endpoint: malformed user name or password");
    endpoint.user_info = std::move(*user_info);
    authority.remove_prefix(at + 1);
  }
  if (!split_authority(authority, endpoint)) {
    return invalid("endpoint '" + std::string(url) + "': malformed host or port");
  }
  return endpoint;
}

Result<std::optional<Endpoint>> find_proxy(const ProxySettings& settings, const Endpoint& target) {
  const auto& url = target.kind == Endpoint::Kind::tls ? settings.https_proxy : settings.http_proxy;
  if (url.empty() || target.kind == Endpoint::Kind::unix_socket || is_loopback(target.host)) {
    return std::optional<Endpoint>();
  }
  std::string_view list = settings.no_proxy;
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (is_exempt(trim(list.substr(0, comma)), target)) return std::optional<Endpoint>();
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  auto proxy = parse_endpoint(url.find("://") == std::string::npos ? "http://" + url : url);
  if (!proxy.ok()) return invalid("proxy: " + proxy.error().message);
  if (proxy->kind != Endpoint::Kind::tcp)
    return invalid("proxy '" + url + "': only http:// proxies are supported");
  return std::optional<Endpoint>(std::move(*proxy));
}

}  // namespace berth::http
