#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/task_roles.h"
#include "runtime/files.h"
#include "runtime/runtime.h"

namespace berth::berthd {

/// How old what was read of the file may be.
inline constexpr Duration kTaskRoleFileFresh = std::chrono::seconds(10);

/// Keys of tasks' roles in a file of the operator (`--task-roles FILE`), written as AWS's shared credentials
/// file: one profile a role, named by its ARN or its bare name.
///
///     [arn:aws:iam::123456789012:role/web]
///     aws_access_key_id = AKIA…
///     aws_secret_access_key = …
///     aws_session_token = …          # if there is one
///
/// What is changed there counts for running tasks within a minute or so. A file that cannot be read leaves
/// what was read before in force; lines that make no sense are in the log and count for nothing.
///
/// Borrows: files, clock.
/// Runs on: any thread; blocks for as long as the disk does.
class TaskRoleFile final : public domain::TaskRoles {
 public:
  /// `secret` makes ids that tasks cannot guess; the same secret makes the same ids.
  TaskRoleFile(runtime::Files& files, const runtime::Clock& clock, std::string path, std::string secret)
      : files_(files), clock_(clock), path_(std::move(path)), secret_(std::move(secret)) {}

  std::optional<domain::RoleKeys> find(std::string_view role) const override;
  std::string credentials_id(std::string_view task_arn, std::string_view kind) const override;

 private:
  void read_again() const;

  runtime::Files& files_;
  const runtime::Clock& clock_;
  std::string path_;
  std::string secret_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, domain::RoleKeys, std::less<>> roles_;
  mutable std::vector<std::string> mistakes_;  ///< Those that the log has.
  mutable std::optional<MonotonicTime> read_at_;
};

}  // namespace berth::berthd
