#include <fmt/format.h>

#include <map>
#include <set>

#include "domain/task_definition.h"

namespace berth::domain {
namespace {

using model::ecs::ContainerCondition;
using model::ecs::ContainerDefinition;
using model::ecs::NetworkMode;
using model::ecs::RegisterTaskDefinitionRequest;

constexpr std::size_t kEnvironmentFilesMax = 10;

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
    return invalid(
        fmt::format("Links are not supported when networkMode={}.", to_string(*request.network_mode)));
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
      return invalid(
          fmt::format("A dependency container with SUCCESS or COMPLETE condition cannot be an essential "
                      "container. Container '{}' waits for '{}' to end.",
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

Result<void> check_port_mappings(const RegisterTaskDefinitionRequest& request) {
  std::set<std::pair<bool, std::int32_t>> seen;
  std::set<std::string> names;
  for (const auto& container : request.container_definitions) {
    if (!container.port_mappings) continue;
    for (const auto& mapping : *container.port_mappings) {
      const auto port = mapping.host_port.value_or(0);
      const bool udp = mapping.protocol == model::ecs::TransportProtocol::udp;
      if (port != 0 && !seen.insert({udp, port}).second)
        return invalid(
            fmt::format("{} host port '{}' is mapped multiple times in task.", udp ? "UDP" : "TCP", port));
      const std::string name = mapping.name.value_or("");
      if (!name.empty() && !names.insert(name).second)
        return invalid(fmt::format("Port mapping names must be unique: '{}' is used more than once.", name));
    }
  }
  return {};
}

// A log router is one container, and whoever logs to it needs it.
Result<void> check_log_router(const RegisterTaskDefinitionRequest& request) {
  int routers = 0;
  const ContainerDefinition* user = nullptr;
  for (const auto& container : request.container_definitions) {
    if (container.firelens_configuration) ++routers;
    if (container.log_configuration &&
        container.log_configuration->log_driver == model::ecs::LogDriver::awsfirelens)
      user = &container;
  }
  if (routers > 1) return invalid("Only one container of a task may have a firelensConfiguration.");
  if (user && routers == 0)
    return invalid_setting(*user,
                           "The log driver awsfirelens needs a container with a firelensConfiguration.");
  return {};
}

// API: EnvironmentFile. They count by task.
Result<void> check_environment_files(const RegisterTaskDefinitionRequest& request) {
  std::size_t files = 0;
  for (const auto& container : request.container_definitions)
    if (container.environment_files) files += container.environment_files->size();
  if (files > kEnvironmentFilesMax)
    return invalid(fmt::format("A task definition may have at most {} environment files, {} were given.",
                               kEnvironmentFilesMax, files));
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
  if (auto checked = check_log_router(request); !checked) return checked;
  if (auto checked = check_environment_files(request); !checked) return checked;
  return check_port_mappings(request);
}

}  // namespace berth::domain
