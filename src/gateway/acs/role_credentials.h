#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/records.h"
#include "domain/task_roles.h"
#include "model/acs/acs_types.h"

namespace berth::gateway::acs {

/// How long keys that an agent was given count as good, and how often the roles are looked at: new keys reach
/// running tasks that soon. Clients in containers keep them until shortly before their end.
inline constexpr Duration kRoleCredentialsLife = std::chrono::hours(1);
inline constexpr Duration kRoleCheckInterval = std::chrono::minutes(1);

/// Now by both clocks: keys are told their end by the one, and told again by the other, which is never set.
struct BothClocks {
  WallTime wall;
  MonotonicTime monotonic;
};

/// The credentials of tasks' roles, as one session has told them its agent (agent-protocol 4.3): in the
/// payload with the task, afterwards in IAMRoleCredentialsMessages. A new session starts empty and tells them
/// again, as an agent that was started anew has none.
///
/// Borrows: roles.
/// Runs on: the session's executor. Pure but for the roles.
class RoleCredentials {
 public:
  /// `roles` null: tasks get no credentials.
  explicit RoleCredentials(const domain::TaskRoles* roles) : roles_(roles) {}

  /// For a task that goes out.
  void add_to(model::acs::Task& to, const domain::TaskRecord& task,
              const domain::TaskDefinitionRecord& definition, BothClocks now);

  /// Whether running tasks are to be looked at: check() with each of them, then checked().
  bool due(MonotonicTime now) const { return roles_ != nullptr && now >= check_at_; }
  MonotonicTime next_due() const;
  /// All have been looked at.
  void checked(MonotonicTime now);
  /// The messages that a task which the agent has needs now; their ids are empty.
  std::vector<model::acs::IAMRoleCredentialsMessage> check(const domain::TaskRecord& task,
                                                           const domain::TaskDefinitionRecord& definition,
                                                           BothClocks now);

 private:
  struct Told {
    domain::RoleKeys keys;
    MonotonicTime until;
  };
  std::optional<model::acs::IAMRoleCredentials> issue(const domain::TaskRecord& task, const std::string& role,
                                                      model::acs::RoleType type, BothClocks now, bool always);

  const domain::TaskRoles* roles_;
  std::map<std::string, Told> told_;  ///< By credentials id.
  MonotonicTime check_at_;
};

}  // namespace berth::gateway::acs
