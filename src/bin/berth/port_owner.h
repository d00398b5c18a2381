#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "bin/berth/commands.h"

namespace berth::cli {

/// The port of the --listen of a berthd with this /proc/PID/cmdline; berthd's default without one.
std::uint16_t listen_port_of(std::string_view cmdline);
/// What follows `option` in a /proc/PID/cmdline; empty without it.
std::string option_of(std::string_view cmdline, std::string_view option);

/// Where the berthd of this data directory listens, if `berth up` started one that runs.
std::optional<std::uint16_t> port_of_running(runtime::Files& files, runtime::Processes& processes,
                                             const std::string& data_dir);

/// Inodes of the sockets that are bound to a local TCP port, from the text of /proc/net/tcp or tcp6; of those
/// that listen only, or all.
enum class Sockets { listening, all };
std::set<std::string> sockets_at(std::string_view proc_net_tcp, std::uint16_t port, Sockets which);

/// Who has a TCP port of this machine, in words: "another control plane, process 12 with the data directory
/// /x", "process 12 (nginx)", "a process of another user". Nothing, when nobody has it.
std::optional<std::string> port_owner(CommandContext& context, std::uint16_t port, Sockets which);

}  // namespace berth::cli
