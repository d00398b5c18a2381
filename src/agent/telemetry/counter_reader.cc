#include "agent/telemetry/counter_reader.h"

namespace berth::agent::telemetry {

std::vector<engine::CountedContainer> running_containers(const std::vector<const engine::TaskState*>& tasks) {
  std::vector<engine::CountedContainer> running;
  for (const engine::TaskState* task : tasks) {
    for (const engine::ContainerState& container : task->containers) {
      if (container.known == engine::Status::running)
        running.push_back({container.docker_id, task->cgroup_parent, container.network_mode});
    }
  }
  return running;
}

Async<engine::DriverResult<engine::ContainerStats>> CounterReader::read(engine::CountedContainer container) {
  if (host_ != nullptr) {
    if (auto seen = host_->read(container)) co_return *std::move(seen);
  }
  auto told = co_await containers_.stats(container.docker_id);
  co_return told;
}

}  // namespace berth::agent::telemetry
