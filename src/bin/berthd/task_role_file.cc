#include "bin/berthd/task_role_file.h"

#include <spdlog/spdlog.h>

#include "auth/sha256.h"
#include "bin/berthd/task_role_text.h"

namespace berth::berthd {
namespace {

/// "web" of "arn:aws:iam::123456789012:role/some/path/web".
std::string_view bare_name(std::string_view role) {
  const auto slash = role.rfind('/');
  return slash == std::string_view::npos ? role : role.substr(slash + 1);
}

}  // namespace

void TaskRoleFile::read_again() const {
  const MonotonicTime now = clock_.monotonic();
  if (read_at_ && now - *read_at_ < kTaskRoleFileFresh) return;
  read_at_ = now;
  auto text = files_.read(path_);
  if (!text) {
    spdlog::warn("berthd: --task-roles {}: {}", path_, text.error().message);
    return;
  }
  TaskRoleText said = parse_task_roles(*text);
  if (said.mistakes != mistakes_)
    for (const auto& mistake : said.mistakes) spdlog::warn("berthd: --task-roles {}: {}", path_, mistake);
  mistakes_ = std::move(said.mistakes);
  roles_ = std::move(said.roles);
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
