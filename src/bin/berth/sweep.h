#pragma once
#include "bin/berth/commands.h"
#include "bin/berth/instance_plan.h"

namespace berth::cli {

/// Ends with SIGKILL whatever is left of an instance: its programs, every process in its network namespace,
/// and its containers, also those whose engine is gone. Then lifts the mounts and removes the control groups
/// that those left, and removes the runtime folder. Safe to repeat.
/// Errors: `timeout`: a process does not end.
Async<Result<void>> sweep_instance(CommandContext& context, InstanceNames names, int instance);

}  // namespace berth::cli
