#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/task_roles.h"

namespace berth::berthd {

/// What a file of task roles says (docs/ops/task-roles.md).
struct TaskRoleText {
  std::map<std::string, domain::RoleKeys, std::less<>> roles;  ///< Those with an id and a secret.
  std::vector<std::string> mistakes;  ///< "line 3: …": what counts for nothing. Holds no keys.
};

/// Reads the text as AWS's shared credentials file; names of settings that are not keys are passed over. What
/// makes no sense is a mistake and takes nothing else along.
TaskRoleText parse_task_roles(std::string_view text);

}  // namespace berth::berthd
