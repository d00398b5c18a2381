#include "gateway/acs/role_credentials.h"

#include <spdlog/spdlog.h>

#include <limits>

#include "domain/arns.h"

namespace berth::gateway::acs {
namespace {

using model::acs::RoleType;

/// What a run of the task said, else its definition.
std::string role_of(const domain::TaskRecord& task, const domain::TaskDefinitionRecord& definition,
                    RoleType type) {
  const bool application = type == RoleType::task_application;
  if (task.overrides) {
    const auto& overrides = **task.overrides;
    const auto& role = application ? overrides.task_role_arn : overrides.execution_role_arn;
    if (role && !role->empty()) return *role;
  }
  const auto& wire = definition.definition;
  return (application ? wire.task_role_arn : wire.execution_role_arn).value_or("");
}

void say_without_keys(const domain::TaskRecord& task, const std::string& role, RoleType type) {
  if (type == RoleType::task_application)
    spdlog::warn("gateway: --task-roles has no keys of {}: task {} runs without credentials of its role",
                 role, task.arn);
  else
    spdlog::info(
        "gateway: --task-roles has no keys of {}, the execution role of task {}: berth-agent needs none, an "
        "Amazon ECS agent pulls and logs without them",
        role, task.arn);
}

}  // namespace

MonotonicTime RoleCredentials::next_due() const {
  return roles_ == nullptr ? MonotonicTime{std::numeric_limits<std::int64_t>::max()} : check_at_;
}

void RoleCredentials::checked(MonotonicTime now) {
  check_at_ = now + kRoleCheckInterval;
  // Those of tasks that have ended: what lives was told again before its end.
  std::erase_if(told_, [&](const auto& entry) { return entry.second.until <= now; });
}

std::optional<model::acs::IAMRoleCredentials> RoleCredentials::issue(const domain::TaskRecord& task,
                                                                     const std::string& role, RoleType type,
                                                                     BothClocks now, bool always) {
  if (roles_ == nullptr || role.empty()) return std::nullopt;
  auto keys = roles_->find(role);
  if (!keys) {
    if (always) say_without_keys(task, role, type);
    return std::nullopt;
  }
  std::string id = roles_->credentials_id(task.arn, to_string(type));
  const auto told = told_.find(id);
  const bool fresh = told != told_.end() && told->second.keys == *keys &&
                     told->second.until - now.monotonic > kRoleCredentialsLife / 2;
  if (fresh && !always) return std::nullopt;
  model::acs::IAMRoleCredentials out;
  out.credentials_id = id;
  out.role_arn = role;
  out.access_key_id = keys->access_key_id;
  out.secret_access_key = keys->secret_access_key;
  out.session_token = keys->session_token;
  out.expiration = render_iso8601(now.wall + kRoleCredentialsLife);
  told_.insert_or_assign(std::move(id), Told{*std::move(keys), now.monotonic + kRoleCredentialsLife});
  return out;
}

void RoleCredentials::add_to(model::acs::Task& to, const domain::TaskRecord& task,
                             const domain::TaskDefinitionRecord& definition, BothClocks now) {
  to.role_credentials = issue(task, role_of(task, definition, RoleType::task_application),
                              RoleType::task_application, now, true);
  to.execution_role_credentials =
      issue(task, role_of(task, definition, RoleType::task_execution), RoleType::task_execution, now, true);
}

std::vector<model::acs::IAMRoleCredentialsMessage> RoleCredentials::check(
    const domain::TaskRecord& task, const domain::TaskDefinitionRecord& definition, BothClocks now) {
  std::vector<model::acs::IAMRoleCredentialsMessage> messages;
  for (const RoleType type : {RoleType::task_application, RoleType::task_execution}) {
    auto credentials = issue(task, role_of(task, definition, type), type, now, false);
    if (!credentials) continue;
    model::acs::IAMRoleCredentialsMessage message;
    message.task_arn = task.arn;
    message.task_cluster_arn = domain::cluster_arn({task.account, task.region}, task.cluster);
    message.role_type = type;
    message.role_credentials = std::move(credentials);
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace berth::gateway::acs
