#pragma once
#include "bin/berth/commands.h"
#include "bin/berth/instance_plan.h"

namespace berth::cli {

/// Everything that `ip -4` knows of networks and addresses, as choose_block() reads it.
Async<Result<std::string>> list_networks(CommandContext& context);

/// Makes the bridge of the instances and the firewall rules for it: agents reach berthd's port, instances
/// reach each other, and containers reach what the host reaches, behind its address; nobody else reaches in.
/// What is there already is left alone.
Async<Result<void>> make_bridge(CommandContext& context, InstanceNames names);

/// Makes the network namespace of an instance and its link to the bridge, unless they are there.
Async<Result<void>> make_namespace(CommandContext& context, InstanceNames names, int instance);

/// Removes all that the two make, whether they finished or not. What cannot be removed is reported by name on
/// stderr; the rest goes all the same.
Async<void> remove_namespace(CommandContext& context, InstanceNames names, int instance);
Async<void> remove_bridge(CommandContext& context, InstanceNames names);

}  // namespace berth::cli
