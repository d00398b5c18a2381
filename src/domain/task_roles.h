#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace berth::domain {

/// Keys that tasks of a role use.
struct RoleKeys {
  std::string access_key_id, secret_access_key, session_token;
  friend bool operator==(const RoleKeys&, const RoleKeys&) = default;
};

/// The keys of roles that there are now (`berthd --task-roles`).
///
/// Runs on: any thread.
class TaskRoles {
 public:
  virtual ~TaskRoles() = default;
  /// `role` as a task definition names it: an ARN, or a bare name. Nothing when the operator gave no keys.
  virtual std::optional<RoleKeys> find(std::string_view role) const = 0;
  /// The id under which the containers of a task find the keys at their agent. The same for as long as the
  /// task lives; other tasks cannot guess it. `kind` tells the roles of a task apart.
  virtual std::string credentials_id(std::string_view task_arn, std::string_view kind) const = 0;
};

}  // namespace berth::domain
