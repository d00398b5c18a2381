#pragma once
#include <functional>
#include <string>
#include <vector>

#include "agent/drivers/host/control_files.h"
#include "agent/engine/host_services.h"

namespace berth::agent::drivers::host {

/// How the host's container engine keeps its groups (`docker info`: Cgroup Driver, Cgroup Version).
enum class Layout {
  v1,       ///< cgroupfs, a hierarchy for each controller: /sys/fs/cgroup/memory/ecs/<task id>
  v2,       ///< cgroupfs, one hierarchy: /sys/fs/cgroup/ecs/<task id>
  systemd,  ///< Slices of systemd: ecstasks-<task id>.slice
};
Layout layout_of(std::string_view cgroup_driver, std::string_view cgroup_version);

/// One value for one file of a group.
struct Setting {
  std::string controller;  ///< Folder of the hierarchy with v1.
  std::string file;
  std::string value;
  friend bool operator==(const Setting&, const Setting&) = default;
};
/// What v1 or v2 is told of the limits. The CPU's period is 100 ms. Pure.
std::vector<Setting> settings_of(const engine::TaskLimits& limits, Layout layout);
/// The systemctl calls that make a slice with these limits. Pure.
std::vector<std::vector<std::string>> slice_commands(const std::string& slice,
                                                     const engine::TaskLimits& limits);

/// Control groups of tasks (task-level cpu and memory): `/ecs/<task id>` below `root`, or slices of systemd.
///
/// Borrows: files.
/// Runs on: the agent's executor; small writes block for as long as the kernel does.
/// Limits:  a task has one group; Docker's own groups of its containers lie below it.
class HostCgroups final : public engine::TaskCgroups {
 public:
  /// Runs a program to its end; the error says what it said.
  using Run = std::function<Async<Result<void>>(std::vector<std::string> argv)>;
  HostCgroups(ControlFiles& files, Run run, Layout layout, std::string root = "/sys/fs/cgroup");

  Async<engine::DriverResult<std::string>> make(std::string task_id, engine::TaskLimits limits) override;
  Async<engine::DriverResult<engine::Done>> remove(std::string task_id) override;

 private:
  Result<void> make_v1(const std::string& group, const engine::TaskLimits& limits);
  Result<void> make_v2(const std::string& group, const engine::TaskLimits& limits);
  Async<Result<void>> run_all(std::vector<std::vector<std::string>> commands);

  ControlFiles& files_;
  Run run_;
  Layout layout_;
  std::string root_;
};

}  // namespace berth::agent::drivers::host
