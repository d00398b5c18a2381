#include "agent/drivers/host/container_counters.h"

namespace berth::agent::drivers::host {
namespace {

constexpr std::uint64_t kNanosecondsInMicrosecond = 1'000;

/// Anything else could name a group that is not one container's.
bool is_docker_id(const std::string& id) {
  return !id.empty() && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

template <class T>
bool take(Result<T> from, T& to) {
  if (from) to = *std::move(from);
  return from.ok();
}

void keep(const StorageCounts& counts, engine::ContainerStats& stats) {
  stats.storage_read_bytes = counts.read;
  stats.storage_write_bytes = counts.written;
}

}  // namespace

HostCounters::HostCounters(ControlFiles& files, const runtime::Clock& clock, Layout layout,
                           CounterRoots roots)
    : files_(files), clock_(clock), layout_(layout), roots_(std::move(roots)) {}

std::string HostCounters::group_of(const engine::CountedContainer& container) const {
  const std::string& parent = container.cgroup_parent;
  if (layout_ == Layout::systemd) {
    return folder_of_slice(parent.empty() ? "system.slice" : parent) + "/docker-" + container.docker_id +
           ".scope";
  }
  return (parent.empty() ? "/docker" : parent) + "/" + container.docker_id;
}

Result<std::uint64_t> HostCounters::count_in(const std::string& path) {
  const auto text = files_.read(path);
  if (!text) return text.error();
  return parse_count(*text);
}

Result<std::uint64_t> HostCounters::count_in(const std::string& path, std::string_view name) {
  const auto text = files_.read(path);
  if (!text) return text.error();
  return find_count(*text, name);
}

/// As Docker does it: what the CFQ scheduler counted, or where there is none or it sees no device, the
/// throttling layer.
Result<StorageCounts> HostCounters::storage_v1(const std::string& folder) {
  for (const char* file : {"/blkio.io_service_bytes_recursive", "/blkio.throttle.io_service_bytes"}) {
    if (!files_.exists(folder + file)) continue;
    const auto text = files_.read(folder + file);
    if (!text) return text.error();
    auto counts = parse_service_bytes(*text);
    if (!counts || *counts != StorageCounts()) return counts;
  }
  return StorageCounts();
}

Result<StorageCounts> HostCounters::storage_v2(const std::string& folder) {
  if (!files_.exists(folder + "/io.stat")) return StorageCounts();
  const auto text = files_.read(folder + "/io.stat");
  if (!text) return text.error();
  return parse_io_stat(*text);
}

Result<HostCounters::Network> HostCounters::network(const std::string& mode,
                                                    const std::string& processes_file) {
  if (mode == "host" || mode == "none") return Network();
  const auto group = files_.read(processes_file);
  if (!group) return group.error();
  const auto process = first_process(*group);
  if (!process) return process.error();
  const std::string folder = roots_.processes + "/" + std::to_string(*process);
  // A process that is about to become a container's first is in its group before it is in its network.
  const auto own = files_.read_link(roots_.processes + "/self/ns/net");
  const auto its = files_.read_link(folder + "/ns/net");
  if (!own || !its || *own == *its) return invalid("the process has no network of its own");
  const auto text = files_.read(folder + "/net/dev");
  if (!text) return text.error();
  return parse_interfaces(*text);
}

bool HostCounters::read_v1(const std::string& group, engine::ContainerStats& stats) {
  const std::string memory = roots_.cgroups + "/memory" + group;
  StorageCounts storage;
  // Memory last: a group that still has it was there when storage was looked for.
  const bool seen =
      take(storage_v1(roots_.cgroups + "/blkio" + group), storage) &&
      take(count_in(roots_.cgroups + "/cpuacct" + group + "/cpuacct.usage"), stats.cpu_total_ns) &&
      take(count_in(memory + "/memory.stat", "cache"), stats.memory_cache_bytes) &&
      take(count_in(memory + "/memory.usage_in_bytes"), stats.memory_usage_bytes);
  keep(storage, stats);
  return seen;
}

bool HostCounters::read_v2(const std::string& group, engine::ContainerStats& stats) {
  const std::string folder = roots_.cgroups + group;
  StorageCounts storage;
  const bool seen = take(storage_v2(folder), storage) &&
                    take(count_in(folder + "/cpu.stat", "usage_usec"), stats.cpu_total_ns) &&
                    take(count_in(folder + "/memory.stat", "inactive_file"), stats.memory_cache_bytes) &&
                    take(count_in(folder + "/memory.current"), stats.memory_usage_bytes);
  stats.cpu_total_ns *= kNanosecondsInMicrosecond;
  keep(storage, stats);
  return seen;
}

std::optional<engine::ContainerStats> HostCounters::read(const engine::CountedContainer& container) {
  if (!is_docker_id(container.docker_id) || container.network_mode.empty()) return {};
  const std::string group = group_of(container);
  const bool one_hierarchy = layout_ == Layout::v2 || (layout_ == Layout::systemd &&
                                                       files_.exists(roots_.cgroups + "/cgroup.controllers"));
  const std::string processes = roots_.cgroups + (one_hierarchy ? "" : "/memory") + group + "/cgroup.procs";
  engine::ContainerStats stats;
  stats.read_at = clock_.wall();
  const auto cpus = files_.read(roots_.online_cpus);
  const bool seen = cpus && take(count_cpus(*cpus), stats.online_cpus) &&
                    take(network(container.network_mode, processes), stats.network) &&
                    (one_hierarchy ? read_v2(group, stats) : read_v1(group, stats));
  if (!seen) return {};
  return stats;
}

}  // namespace berth::agent::drivers::host
