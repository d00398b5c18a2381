#include "agent/drivers/docker/stats_json.h"

#include "agent/drivers/docker/docker_time.h"
#include "agent/drivers/docker/json_fields.h"

namespace berth::agent::drivers::docker {
namespace {

std::optional<engine::ContainerStats::Network> sum_networks(const JsonObject& stats) {
  const JsonObject& networks = object_member(stats, "networks");
  if (networks.empty()) return {};
  engine::ContainerStats::Network sum;
  for (const auto& [name, value] : networks) {
    const auto* one = value.if_object();
    if (one == nullptr) continue;
    sum.rx_bytes += counter_member(*one, "rx_bytes");
    sum.rx_packets += counter_member(*one, "rx_packets");
    sum.rx_errors += counter_member(*one, "rx_errors");
    sum.rx_dropped += counter_member(*one, "rx_dropped");
    sum.tx_bytes += counter_member(*one, "tx_bytes");
    sum.tx_packets += counter_member(*one, "tx_packets");
    sum.tx_errors += counter_member(*one, "tx_errors");
    sum.tx_dropped += counter_member(*one, "tx_dropped");
  }
  return sum;
}

/// "Read" and "Write" with cgroup v1, "read" and "write" with v2. Absent when the kernel counts none.
void read_storage(const JsonObject& stats, engine::ContainerStats& out) {
  const JsonArray& entries = array_member(object_member(stats, "blkio_stats"), "io_service_bytes_recursive");
  for (const auto& value : entries) {
    const auto* entry = value.if_object();
    if (entry == nullptr) continue;
    const std::string op = text_member(*entry, "op");
    const auto bytes = counter_member(*entry, "value");
    if (op == "Read" || op == "read") out.storage_read_bytes = out.storage_read_bytes.value_or(0) + bytes;
    if (op == "Write" || op == "write") out.storage_write_bytes = out.storage_write_bytes.value_or(0) + bytes;
  }
}

/// v1 has `cache` (and `total_cache`); v2 has neither, and `inactive_file` is the part that can go at any
/// time.
std::uint64_t cache_of(const JsonObject& details) {
  if (find_member(details, "cache") != nullptr) return counter_member(details, "cache");
  return counter_member(details, "inactive_file");
}

}  // namespace

Result<engine::ContainerStats> parse_container_stats(std::string_view text) {
  auto json = parse_json(text);
  if (!json) return json.error();
  const auto* stats = json->if_object();
  if (stats == nullptr) return invalid("statistics are not a JSON object");
  const auto read_at = parse_docker_time(text_member(*stats, "read"));
  if (!read_at) return not_found("container is not running");
  engine::ContainerStats out;
  out.read_at = *read_at;
  const JsonObject& cpu = object_member(*stats, "cpu_stats");
  const JsonObject& usage = object_member(cpu, "cpu_usage");
  out.cpu_total_ns = counter_member(usage, "total_usage");
  out.online_cpus = static_cast<std::uint32_t>(counter_member(cpu, "online_cpus"));
  if (out.online_cpus == 0)
    out.online_cpus = static_cast<std::uint32_t>(array_member(usage, "percpu_usage").size());
  const JsonObject& memory = object_member(*stats, "memory_stats");
  out.memory_usage_bytes = counter_member(memory, "usage");
  out.memory_cache_bytes = cache_of(object_member(memory, "stats"));
  out.network = sum_networks(*stats);
  read_storage(*stats, out);
  out.raw_json = text;
  while (!out.raw_json.empty() && (out.raw_json.back() == '\n' || out.raw_json.back() == '\r'))
    out.raw_json.pop_back();
  return out;
}

}  // namespace berth::agent::drivers::docker
