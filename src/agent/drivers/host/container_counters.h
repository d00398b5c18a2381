#pragma once
#include <optional>
#include <string>

#include "agent/drivers/host/control_files.h"
#include "agent/drivers/host/counter_texts.h"
#include "agent/drivers/host/task_cgroups.h"
#include "agent/engine/container_counters.h"
#include "runtime/runtime.h"

namespace berth::agent::drivers::host {

/// Where the kernel shows what it counts.
struct CounterRoots {
  std::string cgroups = "/sys/fs/cgroup";
  std::string processes = "/proc";
  std::string online_cpus = "/sys/devices/system/cpu/online";
};

/// Counters of containers from the files of their control groups, in the numbers and units of Docker's own
/// statistics; those of the network from /proc of the group's first process.
///
/// They cannot be seen, and Docker has to be asked, where it keeps groups elsewhere (`--cgroup-parent`),
/// where the agent is in a container without the host's /sys/fs/cgroup, and, of a container with a network,
/// where the agent has a pid namespace of its own.
///
/// Borrows: files, clock.
/// Runs on: the agent's executor.
class HostCounters final : public engine::ContainerCounters {
 public:
  HostCounters(ControlFiles& files, const runtime::Clock& clock, Layout layout, CounterRoots roots = {});
  std::optional<engine::ContainerStats> read(const engine::CountedContainer& container) override;

 private:
  using Network = std::optional<engine::ContainerStats::Network>;
  /// Below the root, with cgroup v1 that of each hierarchy.
  std::string group_of(const engine::CountedContainer& container) const;
  bool read_v1(const std::string& group, engine::ContainerStats& stats);
  bool read_v2(const std::string& group, engine::ContainerStats& stats);
  Result<StorageCounts> storage_v1(const std::string& folder);
  Result<StorageCounts> storage_v2(const std::string& folder);
  Result<Network> network(const std::string& mode, const std::string& processes_file);
  Result<std::uint64_t> count_in(const std::string& path);
  Result<std::uint64_t> count_in(const std::string& path, std::string_view name);

  ControlFiles& files_;
  const runtime::Clock& clock_;
  Layout layout_;
  CounterRoots roots_;
};

}  // namespace berth::agent::drivers::host
