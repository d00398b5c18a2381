#include "agent/drivers/host/task_cgroups.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace berth::agent::drivers::host {
namespace {

using engine::DriverError;
using engine::TaskLimits;

constexpr std::int64_t kPeriodMicroseconds = 100'000;
/// Ends of the kernel's scales of CPU weight: v1 shares and v2 weights.
constexpr std::int64_t kSharesMin = 2;
constexpr std::int64_t kSharesMax = 262'144;
constexpr std::int64_t kWeightSpan = 9'999;
/// What Docker refuses to go below.
constexpr std::int64_t kMemoryMinMib = 6;

/// Hierarchies of v1 in which Docker makes the group too, for the containers below it.
constexpr const char* kHierarchies[] = {
    "cpu",     "cpuacct",  "cpu,cpuacct", "memory", "cpuset",           "devices",
    "freezer", "blkio",    "hugetlb",     "pids",   "net_cls,net_prio", "net_cls",
    "rdma",    "net_prio", "perf_event",  "misc",   "systemd",          "unified"};

std::int64_t shares_of(const TaskLimits& limits) {
  const std::int64_t wanted = limits.cpu > 0 ? std::llround(limits.cpu * 1024) : limits.cpu_shares;
  return std::clamp(wanted, kSharesMin, kSharesMax);
}

std::int64_t weight_of(const TaskLimits& limits) {
  return 1 + (shares_of(limits) - kSharesMin) * kWeightSpan / (kSharesMax - kSharesMin);
}

std::int64_t quota_of(const TaskLimits& limits) {
  return std::max<std::int64_t>(std::llround(limits.cpu * kPeriodMicroseconds), 1'000);
}

std::int64_t memory_bytes(const TaskLimits& limits) {
  return std::max(limits.memory_mib, kMemoryMinMib) << 20;
}

std::string group_of(const std::string& task_id) {
  return "/ecs/" + task_id;
}

std::string slice_of(const std::string& task_id) {
  return "ecstasks-" + task_id + ".slice";
}

DriverError failed(const Error& error) {
  return {"CgroupError", error.message};
}

}  // namespace

Layout layout_of(std::string_view cgroup_driver, std::string_view cgroup_version) {
  if (cgroup_driver == "systemd") return Layout::systemd;
  return cgroup_version == "2" ? Layout::v2 : Layout::v1;
}

std::vector<Setting> settings_of(const TaskLimits& limits, Layout layout) {
  std::vector<Setting> settings;
  if (layout == Layout::v1) {
    settings.push_back({"cpu", "cpu.shares", std::to_string(shares_of(limits))});
    if (limits.cpu > 0) {
      settings.push_back({"cpu", "cpu.cfs_period_us", std::to_string(kPeriodMicroseconds)});
      settings.push_back({"cpu", "cpu.cfs_quota_us", std::to_string(quota_of(limits))});
    }
    if (limits.memory_mib > 0)
      settings.push_back({"memory", "memory.limit_in_bytes", std::to_string(memory_bytes(limits))});
    return settings;
  }
  settings.push_back({"cpu", "cpu.weight", std::to_string(weight_of(limits))});
  if (limits.cpu > 0)
    settings.push_back({"cpu", "cpu.max", fmt::format("{} {}", quota_of(limits), kPeriodMicroseconds)});
  if (limits.memory_mib > 0)
    settings.push_back({"memory", "memory.max", std::to_string(memory_bytes(limits))});
  return settings;
}

std::vector<std::vector<std::string>> slice_commands(const std::string& slice, const TaskLimits& limits) {
  std::vector<std::string> set{"systemctl", "set-property", "--runtime", slice};
  set.push_back(fmt::format("CPUWeight={}", weight_of(limits)));
  if (limits.cpu > 0) set.push_back(fmt::format("CPUQuota={}%", std::llround(limits.cpu * 100)));
  if (limits.memory_mib > 0) set.push_back(fmt::format("MemoryMax={}", memory_bytes(limits)));
  return {std::move(set), {"systemctl", "start", slice}};
}

HostCgroups::HostCgroups(ControlFiles& files, Run run, Layout layout, std::string root)
    : files_(files), run_(std::move(run)), layout_(layout), root_(std::move(root)) {}

Result<void> HostCgroups::make_v1(const std::string& group, const TaskLimits& limits) {
  for (const Setting& setting : settings_of(limits, Layout::v1)) {
    const std::string hierarchy = root_ + "/" + setting.controller;
    if (!files_.exists(hierarchy)) return internal_error("there is no control group hierarchy " + hierarchy);
    const std::string folder = hierarchy + group;
    if (auto made = files_.make_folder(folder); !made) return made;
    if (auto written = files_.write(folder + "/" + setting.file, setting.value); !written) return written;
  }
  return {};
}

Result<void> HostCgroups::make_v2(const std::string& group, const TaskLimits& limits) {
  if (!files_.exists(root_ + "/cgroup.controllers"))
    return internal_error("there are no control groups at " + root_);
  // A group hands on to those below it only the controllers that are named for it.
  if (auto made = files_.make_folder(root_ + "/ecs"); !made) return made;
  for (const std::string& folder : {root_, root_ + "/ecs"}) {
    if (auto on = files_.write(folder + "/cgroup.subtree_control", "+cpu +memory +pids"); !on) return on;
  }
  if (auto made = files_.make_folder(root_ + group); !made) return made;
  for (const Setting& setting : settings_of(limits, Layout::v2)) {
    if (auto written = files_.write(root_ + group + "/" + setting.file, setting.value); !written)
      return written;
  }
  return {};
}

Async<Result<void>> HostCgroups::run_all(std::vector<std::vector<std::string>> commands) {
  for (auto& command : commands) {
    auto ran = co_await run_(std::move(command));
    if (!ran) co_return ran;
  }
  co_return Result<void>();
}

Async<engine::DriverResult<std::string>> HostCgroups::make(std::string task_id, TaskLimits limits) {
  if (layout_ == Layout::systemd) {
    const std::string slice = slice_of(task_id);
    auto commands = slice_commands(slice, limits);
    auto made = co_await run_all(std::move(commands));
    if (!made) co_return failed(made.error());
    co_return slice;
  }
  const std::string group = group_of(task_id);
  const auto made = layout_ == Layout::v1 ? make_v1(group, limits) : make_v2(group, limits);
  if (!made) co_return failed(made.error());
  co_return group;
}

Async<engine::DriverResult<engine::Done>> HostCgroups::remove(std::string task_id) {
  if (layout_ == Layout::systemd) {
    std::vector<std::vector<std::string>> commands;
    commands.push_back({"systemctl", "stop", slice_of(task_id)});
    auto stopped = co_await run_all(std::move(commands));
    if (!stopped) co_return failed(stopped.error());
    co_return engine::Done{};
  }
  const std::string group = group_of(task_id);
  Result<void> outcome;
  if (layout_ == Layout::v2) {
    outcome = files_.remove_folder(root_ + group);
  } else {
    for (const char* hierarchy : kHierarchies) {
      auto removed = files_.remove_folder(root_ + "/" + hierarchy + group);
      if (!removed) outcome = removed;
    }
  }
  if (!outcome) co_return failed(outcome.error());
  co_return engine::Done{};
}

}  // namespace berth::agent::drivers::host
