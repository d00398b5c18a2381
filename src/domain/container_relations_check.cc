#include <fmt/format.h>

#include <map>
#include <set>

#include "domain/resources.h"
#include "domain/task_definition.h"

namespace berth::domain {
namespace {

using model::ecs::ContainerCondition;
using model::ecs::ContainerDefinition;
using model::ecs::NetworkMode;
using model::ecs::RegisterTaskDefinitionRequest;

// Which container waits for which: links, volumesFrom and dependsOn together must have no cycle.
using Graph = std::map<std::string, std::set<std::string>>;

const ContainerDefinition* find_container(const RegisterTaskDefinitionRequest& request,
                                          std::string_view name) {
  for (const auto& container : request.container_definitions)
    if (container.name == name) return &container;
  return nullptr;
}

Result<void> check_links(const RegisterTaskDefinitionRequest& request, const ContainerDefinition& container,
                         Graph& graph) {
  if (!container.links || container.links->empty()) return {};
  if (request.network_mode && *request.network_mode != NetworkMode::bridge)
    return invalid("Links are not supported when the network mode is not 'bridge'.");
  for (const auto& link : *container.links) {
    const std::string target = link.substr(0, link.find(':'));
    if (target.empty() || std::count(link.begin(), link.end(), ':') > 1)
      return invalid(
          fmt::format("Invalid link '{}' of container '{}': use name or name:alias.", link, *container.name));
    if (!find_container(request, target))
      return invalid(fmt::format("Container '{}' links to unknown container '{}'.", *container.name, target));
    graph[*container.name].insert(target);
  }
  return {};
}

Result<void> check_volumes_from(const RegisterTaskDefinitionRequest& request,
                                const ContainerDefinition& container, Graph& graph) {
  if (!container.volumes_from) return {};
  for (const auto& from : *container.volumes_from) {
    const std::string source = from.source_container.value_or("");
    if (!find_container(request, source))
      return invalid(
          fmt::format("Container '{}' mounts volumes from unknown container '{}'.", *container.name, source));
    graph[*container.name].insert(source);
  }
  return {};
}

Result<void> check_depends_on(const RegisterTaskDefinitionRequest& request,
                              const ContainerDefinition& container, Graph& graph) {
  if (!container.depends_on) return {};
  for (const auto& dependency : *container.depends_on) {
    const ContainerDefinition* target = find_container(request, dependency.container_name);
    if (!target)
      return invalid(fmt::format("Container '{}' depends on unknown container '{}'.", *container.name,
                                 dependency.container_name));
    if (dependency.condition == ContainerCondition::healthy && !target->health_check)
      return invalid(fmt::format("Container '{}' waits for '{}' to be HEALTHY, but that has no health check.",
                                 *container.name, dependency.container_name));
    const bool ends = dependency.condition == ContainerCondition::complete ||
                      dependency.condition == ContainerCondition::success;
    if (ends && target->essential.value_or(true))
      return invalid(fmt::format("Container '{}' waits for '{}' to end, so that must not be essential.",
                                 *container.name, dependency.container_name));
    graph[*container.name].insert(dependency.container_name);
  }
  return {};
}

// Depth-first; `path` holds the containers whose dependencies are being followed.
bool has_cycle(const Graph& graph, const std::string& at, std::set<std::string>& path,
               std::set<std::string>& done) {
  if (done.contains(at)) return false;
  if (!path.insert(at).second) return true;
  if (const auto edges = graph.find(at); edges != graph.end())
    for (const auto& next : edges->second)
      if (has_cycle(graph, next, path, done)) return true;
  path.erase(at);
  done.insert(at);
  return false;
}

Result<void> check_host_ports(const RegisterTaskDefinitionRequest& request) {
  std::set<std::pair<bool, std::int32_t>> seen;
  for (const auto& container : request.container_definitions) {
    if (!container.port_mappings) continue;
    for (const auto& mapping : *container.port_mappings) {
      const auto port = mapping.host_port.value_or(0);
      const bool udp = mapping.protocol == model::ecs::TransportProtocol::udp;
      if (port != 0 && !seen.insert({udp, port}).second)
        return invalid(fmt::format("Host port {}/{} is used more than once in the task definition.", port,
                                   udp ? "udp" : "tcp"));
    }
  }
  return {};
}

}  // namespace

Result<void> check_container_relations(const RegisterTaskDefinitionRequest& request) {
  Graph graph;
  for (const auto& container : request.container_definitions) {
    if (auto checked = check_links(request, container, graph); !checked) return checked;
    if (auto checked = check_volumes_from(request, container, graph); !checked) return checked;
    if (auto checked = check_depends_on(request, container, graph); !checked) return checked;
  }
  std::set<std::string> done;
  for (const auto& container : request.container_definitions) {
    std::set<std::string> path;
    if (has_cycle(graph, *container.name, path, done))
      return invalid(fmt::format(
          "Container '{}' is part of a dependency cycle (links, volumesFrom, dependsOn).", *container.name));
  }
  return check_host_ports(request);
}

namespace {

// The sizes that Fargate tasks come in (API: task size): memory between two bounds in steps, by CPU units.
Result<void> check_fargate_size(const RegisterTaskDefinitionRequest& request) {
  struct Size {
    std::int32_t cpu, low, high, step;
  };
  static constexpr Size kSizes[] = {
      {256, 512, 512, 512},         {256, 1024, 2048, 1024},         {512, 1024, 4096, 1024},
      {1024, 2048, 8192, 1024},     {2048, 4096, 16'384, 1024},      {4096, 8192, 30'720, 1024},
      {8192, 16'384, 61'440, 4096}, {16'384, 32'768, 122'880, 8192}, {32'768, 61'440, 249'856, 4096}};
  const auto cpu = parse_task_cpu(*request.cpu);
  if (!cpu) return cpu.error();
  const auto memory = parse_task_memory(*request.memory);
  if (!memory) return memory.error();
  for (const Size& size : kSizes)
    if (*cpu == size.cpu && *memory >= size.low && *memory <= size.high &&
        (*memory - size.low) % size.step == 0)
      return {};
  return invalid(
      fmt::format("No Fargate configuration exists for given values: {} CPU, {} memory. See the Amazon ECS "
                  "documentation for the valid values.",
                  *cpu, *memory));
}

}  // namespace

Result<void> check_fargate(const RegisterTaskDefinitionRequest& request) {
  bool fargate = false;
  if (request.requires_compatibilities)
    for (const auto compatibility : *request.requires_compatibilities)
      fargate = fargate || compatibility == model::ecs::Compatibility::fargate;
  if (!fargate) return {};
  if (request.network_mode != NetworkMode::awsvpc)
    return invalid("Fargate only supports network mode ‘awsvpc’.");
  if (!request.cpu || request.cpu->empty())
    return invalid("Fargate requires that 'cpu' be defined at the task level.");
  if (!request.memory || request.memory->empty())
    return invalid("Fargate requires that 'memory' be defined at the task level.");
  if (request.pid_mode == model::ecs::PidMode::host)
    return invalid(
        "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode "
        "is 'task'.");
  if (request.ipc_mode) return invalid("Tasks using the Fargate launch type do not support ipcMode.");
  return check_fargate_size(request);
}

}  // namespace berth::domain
