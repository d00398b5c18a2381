#pragma once
#include <string>

#include "agent/engine/task_state.h"

namespace berth::agent::tasks {

/// Longest texts that the control plane takes (agent-protocol 2.5); longer ones are cut.
inline constexpr std::size_t kTaskReasonMax = 1024;
inline constexpr std::size_t kContainerReasonMax = 255;

/// The body of SubmitTaskStateChange, without `cluster`. Pure. `ipv6_ports`: name bindings of "::" too.
std::string render_report(const engine::TaskSpec& task, const engine::StateChange& change, bool ipv6_ports);

}  // namespace berth::agent::tasks
