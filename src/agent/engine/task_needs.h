#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "agent/engine/driver_types.h"
#include "agent/engine/task_spec.h"

namespace berth::agent::engine {

/// Limits of a task as a whole.
struct TaskLimits {
  double cpu = 0;               ///< vCPU; 0: none.
  std::int64_t cpu_shares = 0;  ///< Without a limit: what its containers' CPU units add up to.
  std::int64_t memory_mib = 0;  ///< 0: none.
};
TaskLimits limits_of(const TaskSpec& spec);

/// The values that a container gets from outside its definition. Never logged, never saved.
struct ContainerSecrets {
  std::map<std::string, std::string> environment;       ///< Of secrets.
  std::map<std::string, std::string> environment_file;  ///< Of environmentFiles: the weakest.
  std::map<std::string, std::string> log_options;       ///< Of logConfiguration.secretOptions.
  std::optional<RegistryAuth> registry;                 ///< Of repositoryCredentials.
};

}  // namespace berth::agent::engine
