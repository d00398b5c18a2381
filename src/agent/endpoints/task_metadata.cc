#include "agent/endpoints/task_metadata.h"

#include <algorithm>

#include "agent/endpoints/json_members.h"
#include "base/json.h"
#include "base/time.h"

namespace berth::agent::endpoints {
namespace {

/// The kernel's least CPU weight, which containers without `cpu` get.
constexpr std::int64_t kCpuMin = 2;

void write_map(JsonWriter& out, std::string_view name, const std::map<std::string, std::string>& texts) {
  out.key(name);
  out.begin_object();
  for (const auto& [key, text] : texts) {
    out.any_key(key);
    out.string(text);
  }
  out.end_object();
}

void write_ports(JsonWriter& out, const std::vector<engine::PortBinding>& ports, MetadataVersion version) {
  if (ports.empty()) return;
  out.key("Ports");
  out.begin_array();
  for (const auto& port : ports) {
    out.begin_object();
    member(out, "ContainerPort", std::int64_t{port.container_port});
    member(out, "Protocol", std::string_view(port.protocol));
    if (port.host_port != 0) member(out, "HostPort", std::int64_t{port.host_port});
    if (version == MetadataVersion::v4 && !port.host_ip.empty())
      member(out, "HostIp", std::string_view(port.host_ip));
    out.end_object();
  }
  out.end_array();
}

void write_health(JsonWriter& out, const engine::ContainerHealth& health) {
  if (health.status == engine::HealthStatus::none) return;
  out.key("Health");
  out.begin_object();
  const bool healthy = health.status == engine::HealthStatus::healthy;
  const bool unhealthy = health.status == engine::HealthStatus::unhealthy;
  member(out, "status", std::string_view(healthy ? "HEALTHY" : unhealthy ? "UNHEALTHY" : "UNKNOWN"));
  member(out, "statusSince", health.since);
  if (health.exit_code.value_or(0) != 0) member(out, "exitCode", std::int64_t{*health.exit_code});
  if (!health.output.empty()) member(out, "output", std::string_view(health.output));
  out.end_object();
}

void write_mounts(JsonWriter& out, const std::vector<engine::ContainerMount>& mounts) {
  if (mounts.empty()) return;
  out.key("Volumes");
  out.begin_array();
  for (const auto& mount : mounts) {
    out.begin_object();
    if (!mount.name.empty()) member(out, "DockerName", std::string_view(mount.name));
    member(out, "Source", std::string_view(mount.source));
    member(out, "Destination", std::string_view(mount.destination));
    out.end_object();
  }
  out.end_array();
}

void write_networks(JsonWriter& out, const std::vector<engine::ContainerNetwork>& networks) {
  if (networks.empty()) return;
  out.key("Networks");
  out.begin_array();
  for (const auto& network : networks) {
    out.begin_object();
    member(out, "NetworkMode", std::string_view(network.name));
    write_texts(out, "IPv4Addresses", network.ipv4_addresses);
    if (!network.ipv6_addresses.empty()) write_texts(out, "IPv6Addresses", network.ipv6_addresses);
    out.end_object();
  }
  out.end_array();
}

void write_container(JsonWriter& out, const EndpointContainer& container, MetadataVersion version) {
  out.begin_object();
  member(out, "DockerId", std::string_view(container.docker_id));
  member(out, "Name", std::string_view(container.name));
  member(out, "DockerName", std::string_view(container.docker_name));
  member(out, "Image", std::string_view(container.image));
  member(out, "ImageID", std::string_view(container.image_id));
  write_ports(out, container.ports, version);
  if (!container.labels.empty()) write_map(out, "Labels", container.labels);
  member(out, "DesiredStatus", engine::to_string(container.desired));
  member(out, "KnownStatus", engine::to_string(container.known));
  if (container.exit_code) member(out, "ExitCode", std::int64_t{*container.exit_code});
  out.key("Limits");
  out.begin_object();
  member(out, "CPU", std::max(container.cpu, kCpuMin));
  member(out, "Memory", container.memory_mib);
  out.end_object();
  member(out, "CreatedAt", container.created_at);
  member(out, "StartedAt", container.started_at);
  member(out, "FinishedAt", container.finished_at);
  member(out, "Type", std::string_view("NORMAL"));
  write_health(out, container.health);
  write_mounts(out, container.mounts);
  if (!container.log_driver.empty()) member(out, "LogDriver", std::string_view(container.log_driver));
  if (!container.log_options.empty()) write_map(out, "LogOptions", container.log_options);
  if (version == MetadataVersion::v4) {
    if (!container.arn.empty()) member(out, "ContainerARN", std::string_view(container.arn));
    if (container.restart_count) member(out, "RestartCount", std::int64_t{*container.restart_count});
  }
  write_networks(out, container.networks);
  out.end_object();
}

void write_limits(JsonWriter& out, const EndpointTask& task) {
  if (task.cpu <= 0 && task.memory_mib <= 0) return;
  out.key("Limits");
  out.begin_object();
  if (task.cpu > 0) {
    out.key("CPU");
    out.real(task.cpu);
  }
  if (task.memory_mib > 0) member(out, "Memory", task.memory_mib);
  out.end_object();
}

void write_rate(JsonWriter& out, const EndpointStats& stats) {
  out.begin_object();
  out.key("rx_bytes_per_sec");
  out.real(stats.rx_bytes_per_sec.value_or(0));
  out.key("tx_bytes_per_sec");
  out.real(stats.tx_bytes_per_sec.value_or(0));
  out.end_object();
}

}  // namespace

std::string render_container_metadata(const EndpointContainer& container, MetadataVersion version) {
  JsonWriter out;
  write_container(out, container, version);
  return out.take();
}

std::string render_task_metadata(const EndpointTask& task, MetadataVersion version, Tags tags) {
  JsonWriter out;
  out.begin_object();
  member(out, "Cluster", std::string_view(task.cluster));
  member(out, "TaskARN", std::string_view(task.arn));
  member(out, "Family", std::string_view(task.family));
  member(out, "Revision", std::string_view(task.version));
  member(out, "DesiredStatus", engine::to_string(task.desired));
  member(out, "KnownStatus", engine::to_string(task.known));
  write_limits(out, task);
  member(out, "PullStartedAt", task.pull_started_at);
  member(out, "PullStoppedAt", task.pull_stopped_at);
  member(out, "ExecutionStoppedAt", task.execution_stopped_at);
  if (!task.availability_zone.empty())
    member(out, "AvailabilityZone", std::string_view(task.availability_zone));
  if (tags == Tags::yes && !task.task_tags.empty()) write_map(out, "TaskTags", task.task_tags);
  if (tags == Tags::yes && !task.instance_tags.empty())
    write_map(out, "ContainerInstanceTags", task.instance_tags);
  if (version == MetadataVersion::v4) {
    if (!task.launch_type.empty()) member(out, "LaunchType", std::string_view(task.launch_type));
    if (!task.service_name.empty()) member(out, "ServiceName", std::string_view(task.service_name));
  }
  out.key("Containers");
  out.begin_array();
  for (const auto& container : task.containers)
    if (!container.docker_id.empty()) write_container(out, container, version);
  out.end_array();
  out.end_object();
  return out.take();
}

std::string render_stats(const std::optional<EndpointStats>& stats, MetadataVersion version) {
  if (!stats || stats->raw_json.empty()) return "null";
  std::string body = stats->raw_json;
  // Docker's object goes out as it came, but for the member added at its end.
  if (version != MetadataVersion::v4 || !body.ends_with('}') || body == "{}" || !stats->rx_bytes_per_sec)
    return body;
  JsonWriter out;
  write_rate(out, *stats);
  body.pop_back();
  return body + ",\"network_rate_stats\":" + out.take() + "}";
}

std::string render_task_stats(const std::map<std::string, std::optional<EndpointStats>>& stats,
                              MetadataVersion version) {
  JsonWriter out;
  out.begin_object();
  for (const auto& [docker_id, one] : stats) {
    out.any_key(docker_id);
    out.raw(render_stats(one, version));
  }
  out.end_object();
  return out.take();
}

}  // namespace berth::agent::endpoints
