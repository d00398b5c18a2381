#include "agent/endpoints/introspection.h"

#include "agent/endpoints/json_members.h"
#include "agent/endpoints/request_target.h"
#include "base/json.h"
#include "base/time.h"

namespace berth::agent::endpoints {
namespace {

void write_ports(JsonWriter& out, const std::vector<engine::PortBinding>& ports) {
  out.key("Ports");
  out.begin_array();
  for (const auto& port : ports) {
    out.begin_object();
    out.key("ContainerPort");
    out.integer(port.container_port);
    member(out, "Protocol", port.protocol);
    out.key("HostPort");
    out.integer(port.host_port);
    out.end_object();
  }
  out.end_array();
}

void write_container(JsonWriter& out, const EndpointContainer& container) {
  out.begin_object();
  member(out, "DockerId", container.docker_id);
  member(out, "DockerName", container.docker_name);
  member(out, "Name", container.name);
  member(out, "Image", container.image);
  member(out, "ImageID", container.image_id);
  if (container.created_at) member(out, "CreatedAt", render_iso8601(*container.created_at));
  if (container.started_at) member(out, "StartedAt", render_iso8601(*container.started_at));
  if (!container.ports.empty()) write_ports(out, container.ports);
  if (!container.networks.empty()) {
    out.key("Networks");
    out.begin_array();
    for (const auto& network : container.networks) {
      out.begin_object();
      member(out, "NetworkMode", network.name);
      write_texts(out, "IPv4Addresses", network.ipv4_addresses);
      if (!network.ipv6_addresses.empty()) write_texts(out, "IPv6Addresses", network.ipv6_addresses);
      out.end_object();
    }
    out.end_array();
  }
  if (!container.mounts.empty()) {
    out.key("Volumes");
    out.begin_array();
    for (const auto& mount : container.mounts) {
      out.begin_object();
      if (!mount.name.empty()) member(out, "DockerName", mount.name);
      member(out, "Source", mount.source);
      member(out, "Destination", mount.destination);
      out.end_object();
    }
    out.end_array();
  }
  out.end_object();
}

/// A desired status that is behind the known one is left out (guide p.120): of a task that ended by itself it
/// is what was asked last, and that was not to stop.
std::string_view shown_desired(const EndpointTask& task) {
  const auto desired = engine::wire_status(task.desired);
  const auto known = engine::wire_status(task.known);
  if (known == "STOPPED" && (desired != "STOPPED" || !task.stop_asked)) return {};
  if (known == "RUNNING" && desired == "PENDING") return {};
  return desired;
}

void write_task(JsonWriter& out, const EndpointTask& task) {
  const auto known = engine::wire_status(task.known);
  const auto desired = shown_desired(task);
  out.begin_object();
  member(out, "Arn", task.arn);
  if (!desired.empty()) member(out, "DesiredStatus", desired);
  member(out, "KnownStatus", known);
  member(out, "Family", task.family);
  member(out, "Version", task.version);
  out.key("Containers");
  out.begin_array();
  // A container that Docker has not made yet has nothing to look up.
  for (const auto& container : task.containers)
    if (!container.docker_id.empty()) write_container(out, container);
  out.end_array();
  out.end_object();
}

EndpointAnswer answer_with(const EndpointTask* task) {
  if (task == nullptr) {
    return {404, R"({"Arn":"","KnownStatus":"","Family":"","Version":"","Containers":null})"};
  }
  JsonWriter out;
  write_task(out, *task);
  return {200, out.take()};
}

EndpointAnswer find_by_docker_id(const std::vector<EndpointTask>& tasks, std::string_view id) {
  const EndpointTask* found = nullptr;
  std::string_view found_id;
  for (const auto& task : tasks) {
    for (const auto& container : task.containers) {
      if (id.empty() || !container.docker_id.starts_with(id)) continue;
      if (container.docker_id == id) return answer_with(&task);
      if (found != nullptr && container.docker_id != found_id) return {400, ""};  // More than one begins so.
      found = &task;
      found_id = container.docker_id;
    }
  }
  return answer_with(found);
}

EndpointAnswer answer_tasks(const RequestTarget& target, const std::vector<EndpointTask>& tasks) {
  const auto* arn = target.parameter("taskarn");
  const auto* docker_id = target.parameter("dockerid");
  if (arn != nullptr && docker_id != nullptr) return {400, ""};
  if (docker_id != nullptr) return find_by_docker_id(tasks, *docker_id);
  if (arn != nullptr) {
    for (const auto& task : tasks)
      if (task.arn == *arn) return answer_with(&task);
    return answer_with(nullptr);
  }
  JsonWriter out;
  out.begin_object();
  out.key("Tasks");
  out.begin_array();
  for (const auto& task : tasks) write_task(out, task);
  out.end_array();
  out.end_object();
  return {200, out.take()};
}

}  // namespace

EndpointAnswer answer_introspection(std::string_view target, const AgentMetadata& metadata,
                                    const std::vector<EndpointTask>& tasks, std::string_view license) {
  const RequestTarget parsed = parse_target(target);
  const std::string_view first = parsed.segment(0);
  const std::string_view second = parsed.segment(1);
  if (first == "v1" && second == "tasks" && parsed.segments.size() == 2) return answer_tasks(parsed, tasks);
  if (first == "license" && parsed.segments.size() == 1) return {200, std::string(license), "text/plain"};
  EndpointAnswer answer;
  if (first == "v1" && second == "metadata" && parsed.segments.size() == 2) {
    JsonWriter out;
    out.begin_object();
    member(out, "Cluster", metadata.cluster);
    member(out, "ContainerInstanceArn", metadata.container_instance_arn);
    member(out, "Version", metadata.version);
    out.end_object();
    answer.body = out.take();
  } else {
    answer.body = R"({"AvailableCommands":["/v1/metadata","/v1/tasks","/license"]})";
  }
  return answer;
}

}  // namespace berth::agent::endpoints
