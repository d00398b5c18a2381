#include "bin/berth/installation.h"

#include <fmt/format.h>
#include <unistd.h>

#include <climits>
#include <filesystem>
#include <sstream>

#include "bin/command_line/served_at.h"
#include "http/endpoint.h"

namespace berth::cli {

std::string Installation::endpoint() const {
  return url.empty() ? fmt::format("http://127.0.0.1:{}", port) : url;
}
std::string Installation::ca_file() const {
  return data_dir + "/ca.pem";
}
std::string Installation::pid_file(const std::string& program) const {
  return data_dir + "/run/" + program + ".pid";
}
std::string Installation::log_file(const std::string& program) const {
  return data_dir + "/logs/" + program + ".log";
}

void find_served_at(runtime::Files& files, Installation& installation) {
  const auto text = files.read(command_line::served_at_path(installation.data_dir), 1U << 12);
  if (!text) return;
  const auto served = command_line::parse_served_at(*text);
  if (!served) return;
  const auto endpoint = http::parse_endpoint(served->url);
  if (!endpoint) return;
  installation.served_region = served->region;
  if (!installation.region_chosen) installation.region = served->region;
  if (installation.port_chosen && endpoint->port != installation.port) return;
  installation.url = served->url;
  installation.port = endpoint->port;
  if (endpoint->kind != http::Endpoint::Kind::tls) return;
  if (auto authority = files.read(installation.ca_file(), 1U << 20)) installation.ca_pem = *authority;
}

Result<Credentials> read_credentials(runtime::Files& files, const Installation& installation) {
  auto text = files.read(installation.data_dir + "/credentials", 1U << 16);
  if (!text && text.error().code == ErrorCode::not_found)
    return invalid(
        fmt::format("{}/credentials is not there: `berth up` makes it, and --data-dir names another place",
                    installation.data_dir));
  if (!text && geteuid() != 0)
    return invalid(fmt::format("{}; it is for its owner alone: with sudo, perhaps?", text.error().message));
  if (!text) return std::move(text).error();
  Credentials credentials;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, equals, value;
    words >> name >> equals >> value;
    if (name == "aws_access_key_id") credentials.access_key_id = value;
    if (name == "aws_secret_access_key") credentials.secret = value;
  }
  if (credentials.secret.empty())
    return invalid(fmt::format("{}/credentials holds no key: is this a data directory of Berth?",
                               installation.data_dir));
  return credentials;
}

int read_pid(runtime::Files& files, const std::string& path) {
  const auto text = files.read(path, 64);
  return text ? std::atoi(text->c_str()) : 0;
}

std::string canonical_folder(const std::string& path) {
  std::error_code code;
  auto canonical = std::filesystem::weakly_canonical(std::filesystem::absolute(path, code), code).string();
  if (code || canonical.empty()) canonical = path;
  while (canonical.size() > 1 && canonical.ends_with('/')) canonical.pop_back();
  return canonical;
}

std::string program_folder() {
  char path[PATH_MAX] = {};
  const auto length = readlink("/proc/self/exe", path, sizeof path - 1);
  const std::string whole(path, length > 0 ? static_cast<std::size_t>(length) : 0);
  return whole.substr(0, whole.rfind('/'));
}

}  // namespace berth::cli
