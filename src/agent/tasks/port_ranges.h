#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "agent/engine/task_state.h"
#include "base/random.h"

namespace berth::agent::tasks {

/// Host ports, both ends included.
struct PortRange {
  std::int32_t first = 32768, last = 60999;
};
/// "32768-60999", or the two numbers of /proc/sys/net/ipv4/ip_local_port_range. Nothing when it is neither.
std::optional<PortRange> parse_port_range(std::string_view text);

/// The local ports of /proc/net/tcp, tcp6, udp or udp6. Lines that are not such are passed over.
std::set<std::int32_t> parse_local_ports(std::string_view text);

/// The first of `count` host ports in a row within `range` of which none is in `taken`, looked for from a
/// place that `random` picks. Nothing when there is no such row.
std::optional<std::int32_t> find_row(const PortRange& range, std::int32_t count,
                                     const std::set<std::int32_t>& taken, Prng& random);

/// Which host ports the agent chooses itself, of those that the task definition leaves open.
enum class PortChoice {
  rows,   ///< Those of container port ranges; Docker chooses the others.
  every,  ///< All of them.
};
/// Whether the agent chooses the host ports of this mapping.
bool is_chosen(const engine::PortSpec& port, PortChoice choice);

/// Host ports that the agent chooses for a container: the first one of each mapping, by its place in
/// ContainerSpec::ports. Those of a container port range follow one another on the host too. A mapping for
/// which `range` has no place left is left out.
std::map<std::size_t, std::int32_t> choose_host_ports(const engine::ContainerSpec& container,
                                                      const PortRange& range, PortChoice choice,
                                                      std::set<std::int32_t> taken, Prng& random);

/// Whether the engine refused to start a container because somebody else has one of its host ports.
bool names_taken_port(const engine::DriverError& error);
/// The one of `ports` that somebody else has, as the engine's refusal to start a container says; nothing when
/// the refusal is about something else.
std::optional<std::int32_t> find_refused_port(const engine::DriverError& error,
                                              const std::set<std::int32_t>& ports);

}  // namespace berth::agent::tasks
