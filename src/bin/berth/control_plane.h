#pragma once
#include <functional>
#include <string>
#include <vector>

#include "bin/berth/commands.h"

namespace berth::cli {

inline constexpr Duration kStartTimeout = std::chrono::seconds(20);
inline constexpr Duration kStopTimeout = std::chrono::seconds(40);

/// Starts berthd unless it runs, waits until it serves, and makes the cluster unless that is the default one.
/// With `tls_listen` (ADDRESS:PORT) it must also listen there: a berthd that does not is started anew, which
/// agents and containers do not mind. Answers the root key. Prints what it did.
/// Errors: why it does not start: who has its port, or what its log says.
Async<Result<Credentials>> start_control_plane(CommandContext& context, std::string tls_listen);

/// Waits until the cluster has connected agents with these EC2 instance ids (any one, if there are none
/// given), at most `timeout`. `alive` is asked now and then; false ends the waiting. Answers what is missing:
/// empty when all are there.
Async<std::vector<std::string>> wait_connected(CommandContext& context, Credentials credentials,
                                               std::vector<std::string> instance_ids, Duration timeout,
                                               std::function<bool()> alive);

}  // namespace berth::cli
