#include "bin/berthd/task_role_file.h"

#include <spdlog/spdlog.h>

#include <sstream>

#include "auth/sha256.h"

namespace berth::berthd {
namespace {

std::string trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

/// "web" of "arn:aws:iam::123456789012:role/some/path/web".
std::string_view bare_name(std::string_view role) {
  const auto slash = role.rfind('/');
  return slash == std::string_view::npos ? role : role.substr(slash + 1);
}

}  // namespace

std::map<std::string, domain::RoleKeys, std::less<>> parse_task_roles(const std::string& text) {
  std::map<std::string, domain::RoleKeys, std::less<>> roles;
  std::string role;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line = trim(line);
    if (line.starts_with('[') && line.ends_with(']')) role = trim(line.substr(1, line.size() - 2));
    const auto equals = line.find('=');
    if (role.empty() || line.starts_with('#') || line.starts_with('[') || equals == std::string::npos)
      continue;
    const std::string name = trim(line.substr(0, equals));
    const std::string value = trim(line.substr(equals + 1));
    if (name == "aws_access_key_id") roles[role].access_key_id = value;
    if (name == "aws_secret_access_key") roles[role].secret_access_key = value;
    if (name == "aws_session_token") roles[role].session_token = value;
  }
  std::erase_if(roles, [](const auto& entry) {
    return entry.second.access_key_id.empty() || entry.second.secret_access_key.empty();
  });
  return roles;
}

void TaskRoleFile::read_again() const {
  const MonotonicTime now = clock_.monotonic();
  if (read_at_ && now - *read_at_ < kTaskRoleFileFresh) return;
  read_at_ = now;
  auto text = files_.read(path_);
  if (!text) {
    spdlog::warn("berthd: --task-roles {}: {}", path_, text.error().message);
    return;
  }
  roles_ = parse_task_roles(*text);
}

std::optional<domain::RoleKeys> TaskRoleFile::find(std::string_view role) const {
  const std::lock_guard lock(mutex_);
  read_again();
  auto found = roles_.find(role);
  if (found == roles_.end()) found = roles_.find(bare_name(role));
  if (found == roles_.end()) return std::nullopt;
  return found->second;
}

std::string TaskRoleFile::credentials_id(std::string_view task_arn, std::string_view kind) const {
  std::string hex;
  auth::append_hex(hex, auth::hmac_sha256(secret_, {"task-role\n", task_arn, "\n", kind}));
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20, 12);
}

}  // namespace berth::berthd
