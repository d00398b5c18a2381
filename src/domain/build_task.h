#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/arns.h"
#include "domain/records.h"
#include "domain/resources.h"

namespace berth::domain {

/// What RunTask, StartTask or the service scheduler asks for, the same for each task of one call.
struct TaskPlan {
  const ClusterRecord& cluster;
  const TaskDefinitionRecord& definition;
  const model::ecs::TaskOverride* overrides = nullptr;
  std::string group = {};  ///< Empty: `family:FAMILY`.
  std::optional<std::string> started_by = {};
  std::vector<model::ecs::Tag> tags = {};
  model::ecs::LaunchType launch_type = model::ecs::LaunchType::ec2;
  bool enable_execute_command = false;
  std::optional<std::string> service_name = {};
  std::optional<std::string> deployment_id = {};
  ArnForm arn_form = ArnForm::long_;
};

/// Checks overrides against the definition: container names exist, sizes are positive, nothing is named
/// twice.
/// Errors: `invalid`, in the API's words.
Result<void> check_overrides(const model::ecs::TaskDefinition& definition,
                             const model::ecs::TaskOverride* overrides);

/// A new task on `instance`, PENDING. `new_id` yields 32 random hex digits at each call; the id of the task
/// has the time `now` in front of them, so that ids rise with time. Pure otherwise.
TaskRecord build_task(const TaskPlan& plan, const ContainerInstanceRecord& instance,
                      const std::function<std::string()>& new_id, WallTime now);

}  // namespace berth::domain
