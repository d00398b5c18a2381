#pragma once
#include <string>

#include "agent/engine/task_state.h"

namespace berth::agent::engine {

/// Whether something that a container waits for has come about.
enum class Verdict {
  ready,
  waiting,
  never,  ///< It cannot come about any more: the container is not started.
};

/// Which dependencies hold a container back.
enum class Hold {
  pull,    ///< Those that the task definition names in dependsOn.
  create,  ///< Those and the ones that follow from links and volumesFrom.
};

/// All dependencies of a container together; with `never`, `reason` (may be null) says which and why.
Verdict judge_dependencies(const TaskState& task, std::size_t container, Hold hold, std::string* reason);

/// Whether the containers that depend on this one have all stopped: shutdown goes in the reverse order of
/// start.
bool dependents_stopped(const TaskState& task, std::size_t container);

/// Whether the start timeout of this container bounds the waiting of another.
bool has_timed_dependents(const TaskState& task, std::size_t container);

}  // namespace berth::agent::engine
