#include "agent/tasks/task_report.h"

#include <algorithm>

#include "base/text.h"
#include "model/ecs/codec.h"

namespace berth::agent::tasks {
namespace {

namespace ecs = model::ecs;

std::string range(std::int32_t first, std::int32_t last) {
  return std::to_string(first) + "-" + std::to_string(last);
}

/// Where the ports of a container range landed: one binding when the host ports run in step, else one each.
void add_range(const engine::PortSpec& port, const std::vector<engine::PortBinding>& bound,
               std::vector<ecs::NetworkBinding>& out) {
  std::vector<engine::PortBinding> mine;
  for (const auto& binding : bound) {
    const bool inside =
        binding.container_port >= port.container_port && binding.container_port <= port.container_port_last;
    if (inside && binding.protocol == port.protocol) mine.push_back(binding);
  }
  std::ranges::sort(mine, {}, &engine::PortBinding::container_port);
  bool in_step = !mine.empty();
  for (const auto& binding : mine) {
    in_step = in_step && binding.host_port - mine.front().host_port ==
                             binding.container_port - mine.front().container_port;
  }
  const auto protocol = ecs::parse_transport_protocol(port.protocol);
  if (in_step) {
    ecs::NetworkBinding whole;
    whole.bind_ip = mine.front().host_ip;
    whole.protocol = protocol;
    whole.container_port_range = range(mine.front().container_port, mine.back().container_port);
    whole.host_port_range = range(mine.front().host_port, mine.back().host_port);
    out.push_back(whole);
    return;
  }
  for (const auto& binding : mine) {
    ecs::NetworkBinding one;
    one.bind_ip = binding.host_ip;
    one.protocol = protocol;
    one.container_port = binding.container_port;
    one.host_port = binding.host_port;
    out.push_back(one);
  }
}

std::vector<ecs::NetworkBinding> make_bindings(const engine::ContainerSpec& spec,
                                               const std::vector<engine::PortBinding>& all, bool ipv6_ports) {
  std::vector<engine::PortBinding> bound;
  for (const auto& binding : all) {
    if (ipv6_ports || binding.host_ip.find(':') == std::string::npos) bound.push_back(binding);
  }
  std::vector<ecs::NetworkBinding> out;
  for (const auto& port : spec.ports) {
    if (port.container_port_last > port.container_port) add_range(port, bound, out);
  }
  for (const auto& binding : bound) {
    const bool in_range = std::ranges::any_of(spec.ports, [&](const engine::PortSpec& port) {
      return port.container_port_last > port.container_port &&
             binding.container_port >= port.container_port &&
             binding.container_port <= port.container_port_last && binding.protocol == port.protocol;
    });
    if (in_range) continue;
    ecs::NetworkBinding one;
    one.bind_ip = binding.host_ip;
    one.container_port = binding.container_port;
    one.host_port = binding.host_port;
    one.protocol = ecs::parse_transport_protocol(binding.protocol);
    out.push_back(one);
  }
  return out;
}

ecs::ContainerStateChange make_container(const engine::ContainerSpec& spec,
                                         const engine::ContainerChange& change, bool ipv6_ports) {
  ecs::ContainerStateChange out;
  out.container_name = spec.name;
  out.status = std::string(engine::wire_status(change.status));
  out.exit_code = change.exit_code;
  if (!change.runtime_id.empty()) out.runtime_id = change.runtime_id;
  if (!change.image_digest.empty()) out.image_digest = change.image_digest;
  if (!change.reason.empty()) out.reason = cut_middle(change.reason, kReasonMax);
  auto bindings = make_bindings(spec, change.bindings, ipv6_ports);
  if (!bindings.empty()) out.network_bindings = std::move(bindings);
  return out;
}

}  // namespace

std::string render_report(const engine::TaskSpec& task, const engine::StateChange& change, bool ipv6_ports) {
  ecs::SubmitTaskStateChangeRequest request;
  request.task = task.arn;
  request.status = std::string(engine::wire_status(change.status));
  request.reason = cut_middle(change.reason, kReasonMax);
  std::vector<ecs::ContainerStateChange> containers;
  for (const auto& one : change.containers) {
    containers.push_back(make_container(task.containers[one.container], one, ipv6_ports));
  }
  if (!containers.empty()) request.containers = std::move(containers);
  request.pull_started_at = change.pull_started_at;
  request.pull_stopped_at = change.pull_stopped_at;
  request.execution_stopped_at = change.execution_stopped_at;
  return model::encode_json(request);
}

}  // namespace berth::agent::tasks
