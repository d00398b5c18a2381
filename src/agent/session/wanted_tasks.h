#pragma once
#include <set>
#include <string>
#include <vector>

#include "agent/session/ecs_api.h"
#include "base/result.h"

namespace berth::agent::session {

/// Tasks that one DescribeTasks may name.
inline constexpr std::size_t kTasksPerDescribe = 100;

/// Those of `task_arns` that the control plane wants to run, on whatever container instance; what it does not
/// know it does not want.
/// Errors: `unavailable`: it did not answer, or refused.
Async<Result<std::set<std::string>>> find_wanted_tasks(EcsApi& api, std::string cluster,
                                                       std::vector<std::string> task_arns);

}  // namespace berth::agent::session
