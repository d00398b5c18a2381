#include "agent/engine/host_resources.h"

#include <algorithm>
#include <cmath>

namespace berth::agent::engine {
namespace {

/// The reservation of dockerConfig, if it has one, else the limit.
std::int64_t memory_of(const ContainerSpec& container) {
  if (const JsonValue* soft = container.host_config.if_contains("MemoryReservation"); soft != nullptr) {
    boost::json::error_code error;
    const auto bytes = soft->to_number<std::int64_t>(error);
    if (!error && bytes > 0) return bytes >> 20;
  }
  return container.memory_mib;
}

}  // namespace

ResourceNeeds compute_needs(const TaskSpec& spec) {
  ResourceNeeds needs;
  for (const ContainerSpec& container : spec.containers) {
    needs.cpu += container.cpu;
    needs.memory_mib += memory_of(container);
    for (const PortSpec& port : container.ports) {
      if (port.host_port > 0) needs.ports.emplace(port.protocol, port.host_port);
      if (spec.network_mode == "host" && port.host_port == 0)
        needs.ports.emplace(port.protocol, port.container_port);
    }
  }
  if (spec.cpu > 0) needs.cpu = std::llround(spec.cpu * 1024);
  if (spec.memory_mib > 0) needs.memory_mib = spec.memory_mib;
  return needs;
}

bool HostResources::fits(const ResourceNeeds& needs) const {
  if (holders_.empty()) return true;
  if (cpu_held_ + needs.cpu > cpu_ || memory_held_mib_ + needs.memory_mib > memory_mib_) return false;
  return std::ranges::none_of(needs.ports, [&](const auto& port) { return ports_held_.contains(port); });
}

void HostResources::enqueue(const std::string& task, ResourceNeeds needs) {
  const bool waits = std::ranges::any_of(queue_, [&](const auto& entry) { return entry.first == task; });
  if (!waits && !holders_.contains(task)) queue_.emplace_back(task, std::move(needs));
}

void HostResources::adopt(const std::string& task, ResourceNeeds needs) {
  const auto [place, fresh] = holders_.try_emplace(task, std::move(needs));
  if (!fresh) return;
  cpu_held_ += place->second.cpu;
  memory_held_mib_ += place->second.memory_mib;
  ports_held_.insert(place->second.ports.begin(), place->second.ports.end());
}

void HostResources::release(const std::string& task) {
  std::erase_if(queue_, [&](const auto& entry) { return entry.first == task; });
  const auto holder = holders_.find(task);
  if (holder == holders_.end()) return;
  cpu_held_ -= holder->second.cpu;
  memory_held_mib_ -= holder->second.memory_mib;
  for (const auto& port : holder->second.ports) ports_held_.erase(ports_held_.find(port));
  holders_.erase(holder);
}

std::vector<std::string> HostResources::admit() {
  std::vector<std::string> admitted;
  while (!queue_.empty() && fits(queue_.front().second)) {
    auto [task, needs] = std::move(queue_.front());
    queue_.pop_front();
    adopt(task, std::move(needs));
    admitted.push_back(task);
  }
  return admitted;
}

}  // namespace berth::agent::engine
