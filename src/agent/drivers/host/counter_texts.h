#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/engine/driver_types.h"
#include "base/result.h"

/// What the kernel writes into its files of counters. Pure.
///
/// Errors: `invalid`: the text is not of this form. There are no partial numbers.
namespace berth::agent::drivers::host {

/// A file that is one number: cpuacct.usage, memory.current.
Result<std::uint64_t> parse_count(std::string_view text);
/// The number after `name` in lines of `name number`: memory.stat, cpu.stat.
Result<std::uint64_t> find_count(std::string_view text, std::string_view name);

/// Bytes of all devices. Absent when the kernel counts none.
struct StorageCounts {
  std::optional<std::uint64_t> read, written;
  friend bool operator==(const StorageCounts&, const StorageCounts&) = default;
};
/// blkio.*io_service_bytes of cgroup v1: `8:0 Read 4096`, and a `Total` at the end.
Result<StorageCounts> parse_service_bytes(std::string_view text);
/// io.stat of cgroup v2: `8:0 rbytes=4096 wbytes=0 …`; a device without counters has no more than its number.
Result<StorageCounts> parse_io_stat(std::string_view text);

/// The sum of the interfaces that Docker made (`eth0`, `eth1`, …) in /proc/<pid>/net/dev; none when there is
/// nothing but `lo`. Interfaces that a container made itself count as little as they do with Docker; where
/// there are only such, that is an error.
Result<std::optional<engine::ContainerStats::Network>> parse_interfaces(std::string_view text);

/// How many `/sys/devices/system/cpu/online` names: `0-3,6` are 5.
Result<std::uint32_t> count_cpus(std::string_view text);
/// The first process of cgroup.procs. One that this pid namespace does not see (`0`) is an error.
Result<std::uint64_t> first_process(std::string_view text);

/// Where systemd puts a slice: `a-b.slice` lies in `a.slice`, so `/a.slice/a-b.slice`.
std::string folder_of_slice(std::string_view slice);

}  // namespace berth::agent::drivers::host
