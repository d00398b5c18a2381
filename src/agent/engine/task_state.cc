#include "agent/engine/task_state.h"

#include <algorithm>
#include <cctype>

namespace berth::agent::engine {
namespace {

bool is_docker_safe(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
}

}  // namespace

std::string make_docker_name(const TaskSpec& spec, std::string_view name, Prng& random) {
  std::string stripped;
  std::ranges::copy_if(name, std::back_inserter(stripped), is_docker_safe);
  return "ecs-" + spec.family + "-" + spec.version + "-" + stripped + "-" + random_hex(random, 20);
}

TaskState make_task_state(TaskSpec spec, Status desired, bool task_limits, Prng& random) {
  TaskState state;
  state.desired = desired;
  state.wants_cgroup = task_limits && (spec.cpu > 0 || spec.memory_mib > 0);
  for (const ContainerSpec& container : spec.containers) {
    ContainerState made;
    made.docker_name = make_docker_name(spec, container.name, random);
    made.endpoint_id = random_uuid(random);
    made.desired = desired;
    state.containers.push_back(std::move(made));
  }
  for (const VolumeSpec& volume : spec.volumes) {
    VolumeState made;
    made.ready = volume.kind == VolumeKind::host_path;
    if (volume.kind == VolumeKind::scratch) made.docker_name = make_docker_name(spec, volume.name, random);
    if (volume.kind == VolumeKind::shared) made.docker_name = volume.name;
    state.volumes.push_back(std::move(made));
  }
  state.spec = std::move(spec);
  return state;
}

}  // namespace berth::agent::engine
