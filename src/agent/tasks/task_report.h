#pragma once
#include <string>

#include "agent/engine/task_state.h"

namespace berth::agent::tasks {

/// Longest reason of a task or container, in bytes (what a control plane keeps); longer ones lose their
/// middle.
inline constexpr std::size_t kReasonMax = 1024;

/// The body of SubmitTaskStateChange, without `cluster`. Pure. `ipv6_ports`: name bindings of "::" too.
std::string render_report(const engine::TaskSpec& task, const engine::StateChange& change, bool ipv6_ports);

}  // namespace berth::agent::tasks
