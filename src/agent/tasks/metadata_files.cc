#include "agent/tasks/metadata_files.h"

#include "agent/engine/docker_mapping.h"
#include "base/json.h"

namespace berth::agent::tasks {
namespace {

void member(JsonWriter& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out.key(name);
  out.string(text);
}

void write_ports(JsonWriter& out, const std::vector<engine::PortBinding>& ports) {
  if (ports.empty()) return;
  out.key("PortMappings");
  out.begin_array();
  for (const engine::PortBinding& port : ports) {
    out.begin_object();
    out.key("ContainerPort");
    out.integer(port.container_port);
    out.key("HostPort");
    out.integer(port.host_port);
    member(out, "BindIp", port.host_ip);
    member(out, "Protocol", port.protocol);
    out.end_object();
  }
  out.end_array();
}

void write_networks(JsonWriter& out, const std::vector<engine::ContainerNetwork>& networks) {
  if (networks.empty()) return;
  out.key("Networks");
  out.begin_array();
  for (const engine::ContainerNetwork& network : networks) {
    out.begin_object();
    member(out, "NetworkMode", network.name);
    out.key("IPv4Addresses");
    out.begin_array();
    for (const std::string& address : network.ipv4_addresses) out.string(address);
    out.end_array();
    out.end_object();
  }
  out.end_array();
}

}  // namespace

std::string render_metadata_file(const engine::TaskState& task, std::size_t container,
                                 const MetadataFileFacts& facts) {
  const engine::ContainerState& state = task.containers[container];
  const engine::ContainerSpec& spec = task.spec.containers[container];
  JsonWriter out;
  out.begin_object();
  member(out, "Cluster", facts.cluster);
  member(out, "ContainerInstanceARN", facts.container_instance_arn);
  member(out, "TaskARN", task.spec.arn);
  member(out, "TaskDefinitionFamily", task.spec.family);
  member(out, "TaskDefinitionRevision", task.spec.version);
  member(out, "ContainerID", state.docker_id);
  member(out, "ContainerName", spec.name);
  member(out, "DockerContainerName", "/" + state.docker_name);
  member(out, "ImageID", state.image_id);
  member(out, "ImageName", spec.image);
  write_ports(out, state.bindings);
  write_networks(out, state.networks);
  if (state.known >= engine::Status::running) member(out, "MetadataFileStatus", "READY");
  member(out, "AvailabilityZone", facts.availability_zone);
  out.end_object();
  return out.take() + "\n";
}

std::string MetadataFiles::place_of(const engine::TaskState& task, std::size_t container) {
  return "/" + task.spec.id() + "/" + task.containers[container].endpoint_id;
}

Result<std::string> MetadataFiles::write(const engine::TaskState& task, std::size_t container) {
  const std::string place = place_of(task, container);
  if (auto made = files_.make_directories(folder_ + place); !made) return made.error();
  const std::string path = folder_ + place + "/" + std::string(engine::kMetadataFileName);
  // Whoever the container runs as may read it.
  auto written = files_.write_atomically(path, render_metadata_file(task, container, facts_), 0644);
  if (!written) return written.error();
  return host_folder_ + place;
}

void MetadataFiles::remove(const engine::TaskState& task) {
  for (std::size_t i = 0; i < task.containers.size(); ++i) {
    const std::string folder = folder_ + place_of(task, i);
    (void)files_.remove(folder + "/" + std::string(engine::kMetadataFileName));
    (void)files_.remove(folder);
  }
  (void)files_.remove(folder_ + "/" + task.spec.id());
}

}  // namespace berth::agent::tasks
