#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bin/berth/commands.h"

namespace berth::cli {

/// Ports of the agent's introspection and credentials endpoints, which the protocol fixes. They lie among
/// those that Linux gives to connections that go out, unless they are in net.ipv4.ip_local_reserved_ports.
inline constexpr std::uint16_t kAgentPorts[] = {51678, 51679};

/// Those of `ports` that a list such as "8080,51000-51678" lacks.
std::vector<std::uint16_t> ports_missing(std::string_view list, const std::vector<std::uint16_t>& ports);
/// The list with, or without, the ports.
std::string ports_added(std::string_view list, const std::vector<std::uint16_t>& ports);
std::string ports_removed(std::string_view list, const std::vector<std::uint16_t>& ports);

/// Reserves the agent's ports on this machine and notes what it added. Does nothing unless run by root; where
/// the kernel refuses, it says so and goes on.
void reserve_agent_ports(CommandContext& context);
/// Takes back what reserve_agent_ports() added since the machine started, and nothing else.
void release_agent_ports(CommandContext& context);

}  // namespace berth::cli
