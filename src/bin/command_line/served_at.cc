#include "bin/command_line/served_at.h"

#include <fmt/format.h>

#include <sstream>

#include "base/text.h"

namespace berth::command_line {

std::string served_at_path(const std::string& data_dir) {
  return data_dir + "/endpoint";
}

std::string url_of(std::string_view scheme, std::string_view listen_address, std::uint16_t port) {
  std::string_view host = listen_address;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  const bool ipv6 = host.find(':') != std::string_view::npos;
  return fmt::format("{}://{}{}{}:{}", scheme, ipv6 ? "[" : "", host, ipv6 ? "]" : "", port);
}

std::string render_served_at(const ServedAt& served) {
  return fmt::format("endpoint = {}\nregion = {}\n", served.url, served.region);
}

Result<ServedAt> parse_served_at(std::string_view text) {
  ServedAt served;
  std::istringstream lines{std::string(text)};
  for (std::string raw; std::getline(lines, raw);) {
    const auto equals = raw.find('=');
    if (equals == std::string::npos) continue;
    const std::string_view name = trim(std::string_view(raw).substr(0, equals));
    const std::string_view value = trim(std::string_view(raw).substr(equals + 1));
    if (name == "endpoint") served.url = value;
    if (name == "region") served.region = value;
  }
  const bool is_url = served.url.starts_with("http://") || served.url.starts_with("https://");
  if (!is_url || served.region.empty()) return invalid("no lines endpoint = URL and region = NAME");
  return served;
}

}  // namespace berth::command_line
