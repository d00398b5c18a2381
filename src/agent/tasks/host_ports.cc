#include <fmt/format.h>

#include <algorithm>

#include "agent/tasks/task_manager.h"
#include "base/log.h"

namespace berth::agent::tasks {

using engine::DriverError;
using engine::Status;

std::set<std::int32_t> TaskManager::taken_ports() const {
  std::set<std::int32_t> taken = options_.reserved_ports;
  for (const auto& [arn, task] : tasks_) {
    if (task->state.known == Status::stopped) continue;
    for (const auto& container : task->state.spec.containers)
      for (const auto& port : container.ports) taken.insert(port.host_port);
    for (const auto& container : task->state.containers)
      for (const auto& binding : container.bindings) taken.insert(binding.host_port);
    for (const auto& [container, chosen] : task->chosen_ports) taken.insert(chosen.begin(), chosen.end());
  }
  if (deps_.kernel_files == nullptr) return taken;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6"}) {
    if (const auto text = deps_.kernel_files->read(table)) taken.merge(parse_local_ports(*text));
  }
  return taken;
}

PortRange TaskManager::dynamic_ports() const {
  if (options_.dynamic_ports) return *options_.dynamic_ports;
  if (deps_.kernel_files == nullptr) return {};
  const auto text = deps_.kernel_files->read("/proc/sys/net/ipv4/ip_local_port_range");
  return text ? parse_port_range(*text).value_or(PortRange{}) : PortRange{};
}

namespace {

DriverError no_port(const engine::PortSpec& port, const PortRange& range) {
  const std::int32_t count = port.container_port_last - port.container_port + 1;
  const std::string what =
      count == 1 ? std::string("no free port") : fmt::format("no {} free ports in a row", count);
  return {"HostConfigError",
          fmt::format("error retrieving docker port map: a host port is unavailable: {} in "
                      "ECS_DYNAMIC_HOST_PORT_RANGE {}-{}",
                      what, range.first, range.last)};
}

}  // namespace

engine::DriverResult<std::map<std::size_t, std::int32_t>> TaskManager::choose_ports(Managed& task,
                                                                                    std::size_t container) {
  std::map<std::size_t, std::int32_t> first_ports;
  const engine::ContainerSpec& spec = task.state.spec.containers[container];
  const PortChoice choice = options_.dynamic_ports ? PortChoice::every : PortChoice::rows;
  task.chosen_ports.erase(container);
  const auto chosen = [&](const engine::PortSpec& port) { return is_chosen(port, choice); };
  if (!engine::publishes_ports(task.state.spec) || std::ranges::none_of(spec.ports, chosen))
    return first_ports;
  std::set<std::int32_t> taken = taken_ports();
  const auto& refused = task.refused_ports[container];
  taken.insert(refused.begin(), refused.end());
  const PortRange range = dynamic_ports();
  first_ports = choose_host_ports(spec, range, choice, std::move(taken), random_);
  for (std::size_t i = 0; i < spec.ports.size(); ++i) {
    if (!chosen(spec.ports[i])) continue;
    const auto first = first_ports.find(i);
    // Without the setting Docker is left to choose them one by one.
    if (first == first_ports.end() && options_.dynamic_ports) return no_port(spec.ports[i], range);
    if (first == first_ports.end()) continue;
    const std::int32_t more = spec.ports[i].container_port_last - spec.ports[i].container_port;
    for (std::int32_t k = 0; k <= more; ++k) task.chosen_ports[container].insert(first->second + k);
  }
  return first_ports;
}

/// After a start that failed with `error`: makes the container anew with other ports when that was about a
/// port that the agent had chosen, and yields its id. Otherwise, or when there are no others, an error.
/// The kernel's tables do not show every port: an agent in a container has tables of its own, and Docker may
/// forward ports without listening on them.
Async<engine::DriverResult<std::string>> TaskManager::move_ports(std::string task_arn, std::size_t container,
                                                                 std::string id, DriverError error) {
  Managed* task = find_managed(task_arn);
  if (task == nullptr) co_return error;
  const engine::ContainerState& state = task->state.containers[container];
  const auto refused = find_refused_port(error, task->chosen_ports[container]);
  // One that ran before keeps its ports, and with them its files and its log.
  if (!refused || state.desired == Status::stopped || state.known >= Status::running) co_return error;
  task->refused_ports[container].insert(*refused);
  auto config = make_config(*task, container);
  if (!config.ok()) co_return config.error();
  spdlog::info("agent: somebody else has port {}: container {} of task {} gets another one", *refused,
               task->state.spec.containers[container].name, task->state.spec.id());
  auto removed = co_await deps_.containers.remove(std::move(id), engine::ContainerRuntime::Force::no);
  if (!removed.ok()) co_return error;
  auto created = co_await create_until_answered(std::move(*config));
  co_return created;
}

}  // namespace berth::agent::tasks
