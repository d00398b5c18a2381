#pragma once
#include <string>
#include <vector>

#include "bin/berth/instance_plan.h"
#include "bin/berth/programs.h"

namespace berth::cli {

/// What start_engine() and start_agent() need to know of one instance.
struct InstanceSite {
  const InstancePlan& plan;
  const InstanceNames& names;
  int instance = 0;
};

Program instance_program(const InstanceNames& names, int instance, const std::string& name);

/// Starts containerd and dockerd of an instance in its namespace, unless they run.
/// Errors: those of start().
Result<void> start_engine(CommandContext& context, const InstanceSite& site);
/// Waits until the engine answers.
/// Errors: `unavailable`, naming its log.
Async<Result<void>> wait_engine(CommandContext& context, InstanceSite site);
/// Copies images from this machine's engine, where it has them and the instance's has not. What cannot be
/// copied is said on stderr and no error: the instance may pull it.
Async<void> copy_images(CommandContext& context, InstanceSite site, std::vector<std::string> images);
/// Starts the agent of an instance in its namespace, unless it runs.
/// Errors: those of start().
Result<void> start_instance_agent(CommandContext& context, const InstanceSite& site,
                                  const Credentials& credentials);

}  // namespace berth::cli
