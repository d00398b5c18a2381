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
/// the data directory.
/// Errors: what is left.
Async<Result<void>> down_instances(CommandContext& context);

/// An instance that was brought up, for `status`.
struct ShownInstance {
  int number = 0;
  std::string id, zone, address, docker_host;
  std::vector<std::string> missing;  ///< Programs that do not run.
};
/// Those that were brought up; none without `up --instances`.
std::vector<ShownInstance> shown_instances(CommandContext& context);
/// A line, as `up` and `status` print it.
std::string render_instance(const ShownInstance& instance);

}  // namespace berth::cli
