#include "bin/berthd/agent_package_folder.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace berth::berthd {
namespace {

constexpr std::string_view kPrefix = "berth-agent-";
constexpr std::string_view kSuffix = ".tar";
constexpr std::string_view kChecksum = ".sha256";
constexpr std::string_view kSignature = ".sig";
constexpr std::size_t kSha256Digits = 64;

// "berth-agent-0.2.0.tar" → 0.2.0; nothing for any other name.
std::optional<std::string> version_in(std::string_view file) {
  if (!file.starts_with(kPrefix) || !file.ends_with(kSuffix)) return std::nullopt;
  file.remove_prefix(kPrefix.size());
  if (file.size() <= kSuffix.size()) return std::nullopt;
  file.remove_suffix(kSuffix.size());
  if (!domain::parse_agent_version(file)) return std::nullopt;
  return std::string(file);
}

bool is_sha256(std::string_view text) {
  return text.size() == kSha256Digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

std::optional<domain::AgentPackage> AgentPackageFolder::package_of(const std::string& file) const {
  const auto checksum = files_.read(folder_ + "/" + file + std::string(kChecksum), 1024);
  if (!checksum) return std::nullopt;
  const std::string digits = checksum->substr(0, kSha256Digits);
  if (is_sha256(digits)) return domain::AgentPackage{*version_in(file), file, digits};
  spdlog::warn("berthd: {}/{}{} holds no checksum", folder_, file, kChecksum);
  return std::nullopt;
}

std::optional<domain::AgentPackage> AgentPackageFolder::newest() const {
  auto names = files_.list(folder_);
  if (!names) {
    spdlog::warn("berthd: --agent-packages {}: {}", folder_, names.error().message);
    return std::nullopt;
  }
  std::erase_if(*names, [](const std::string& name) { return !version_in(name); });
  std::sort(names->begin(), names->end(), [](const std::string& a, const std::string& b) {
    return *domain::parse_agent_version(*version_in(a)) > *domain::parse_agent_version(*version_in(b));
  });
  for (const auto& name : *names)
    if (auto package = package_of(name)) return package;
  return std::nullopt;
}

std::string AgentPackageFolder::location(const domain::AgentPackage& package,
                                         const std::string& origin) const {
  if (base_url_.empty()) return origin + std::string(kPackagesPath) + package.file;
  return base_url_ + (base_url_.ends_with('/') ? "" : "/") + package.file;
}

std::optional<runtime::HttpResponse> AgentPackageFolder::serve(const runtime::HttpRequest& request) const {
  if (request.method != "GET" || !request.target.starts_with(kPackagesPath)) return std::nullopt;
  const std::string name = request.target.substr(kPackagesPath.size());
  std::string_view package = name;
  if (package.ends_with(kSignature)) package.remove_suffix(kSignature.size());
  runtime::HttpResponse response;
  response.status = 404;
  // Only names of packages reach the disk.
  if (!version_in(package)) return response;
  auto text = files_.read(folder_ + "/" + name);
  if (!text) return response;
  response.status = 200;
  response.headers.push_back({"Content-Type", "application/octet-stream"});
  response.body = *std::move(text);
  return response;
}

}  // namespace berth::berthd
