#pragma once
#include "bin/berth/commands.h"
#include "bin/berth/instance_plan.h"

namespace berth::cli {

/// `berth up --instances N`: the control plane, and N container instances on this machine, each with a
/// network namespace and a Docker Engine of its own (docs/ops/multi-instance.md). Starts what is missing of
/// them; when it fails or is interrupted before the first `up` was done, everything is taken down again.
/// Needs root.
Async<int> up_instances(CommandContext& context);

/// Takes down every instance with all that runs in it; nothing to do is fine. State, images and logs stay in
/// the data directory. Errors: what is left.
Async<Result<void>> down_instances(CommandContext& context);

/// A line for each instance that was brought up; nothing without any.
void print_instances(CommandContext& context);

}  // namespace berth::cli
