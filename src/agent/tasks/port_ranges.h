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

/// A row of host ports for each container port range of a container (containerPortRange of the task
/// definition: host ports follow one another too), by first container port. A range for which there is no row
/// is left out: Docker then chooses each port by itself.
std::map<std::int32_t, std::int32_t> choose_range_starts(const engine::ContainerSpec& container,
                                                         const PortRange& range, std::set<std::int32_t> taken,
                                                         Prng& random);

}  // namespace berth::agent::tasks
