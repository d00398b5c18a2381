#pragma once
#include <string>

#include "agent/engine/task_needs.h"
#include "runtime/async.h"

/// What tasks need of their host besides the container engine.
namespace berth::agent::engine {

/// Control groups that hold all containers of a task together.
///
/// Errors: DriverError CgroupError: the host does not allow it.
class TaskCgroups {
 public:
  virtual ~TaskCgroups() = default;
  /// Makes the group, or sets the limits of the one that is there; yields Docker's CgroupParent for it.
  virtual Async<DriverResult<std::string>> make(std::string task_id, TaskLimits limits) = 0;
  /// A missing group is success.
  virtual Async<DriverResult<Done>> remove(std::string task_id) = 0;
};

/// Where secrets and environment files are found.
///
/// Errors: a reason that follows `ResourceInitializationError: `. It names what was looked for, no value.
class SecretsSource {
 public:
  virtual ~SecretsSource() = default;
  virtual Result<ContainerSecrets> fetch(const ContainerSpec& container) = 0;
};

}  // namespace berth::agent::engine
