#include "agent/endpoints/endpoint_task.h"

#include "base/assert.h"

namespace berth::agent::endpoints {
namespace {

EndpointContainer make_container(const engine::ContainerSpec& spec, const engine::ContainerState& state) {
  EndpointContainer out;
  out.endpoint_id = state.endpoint_id;
  out.docker_id = state.docker_id;
  out.docker_name = state.docker_name;
  out.name = spec.name;
  out.image = spec.image;
  out.image_id = state.image_id;
  out.ports = state.bindings;
  out.labels = state.labels;
  out.desired = state.desired;
  out.known = state.known;
  out.exit_code = state.exit_code;
  out.cpu = spec.cpu;
  out.memory_mib = spec.memory_mib;
  out.created_at = state.created_at;
  out.started_at = state.started_at;
  out.finished_at = state.finished_at;
  out.health = state.health;
  out.mounts = state.mounts;
  out.log_driver = state.log_driver;
  out.log_options = state.log_options;
  out.arn = spec.arn;
  out.network_mode = state.network_mode;
  out.networks = state.networks;
  if (spec.restart) out.restart_count = state.restarts;
  return out;
}

}  // namespace

EndpointTask make_endpoint_task(const engine::TaskState& task, std::string cluster,
                                std::string availability_zone) {
  check(task.containers.size() == task.spec.containers.size(), "a task's state that does not fit its spec");
  EndpointTask out;
  out.arn = task.spec.arn;
  out.family = task.spec.family;
  out.version = task.spec.version;
  out.cluster = std::move(cluster);
  out.desired = task.desired;
  out.known = task.known;
  out.stop_asked = task.stop_asked;
  for (std::size_t i = 0; i < task.containers.size(); ++i)
    out.containers.push_back(make_container(task.spec.containers[i], task.containers[i]));
  out.cpu = task.spec.cpu;
  out.memory_mib = task.spec.memory_mib;
  out.pull_started_at = task.pull_started_at;
  out.pull_stopped_at = task.pull_stopped_at;
  out.execution_stopped_at = task.execution_stopped_at;
  out.availability_zone = std::move(availability_zone);
  out.launch_type = task.spec.launch_type;
  out.service_name = task.spec.service_name;
  out.network_mode = task.spec.network_mode;
  return out;
}

}  // namespace berth::agent::endpoints
