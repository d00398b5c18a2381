#include <fmt/format.h>

#include <algorithm>

#include "domain/resources.h"
#include "domain/task_definition.h"

// What a definition must and must not have that says it can run on Fargate. Such a definition can be
// registered here, and does not run.
namespace berth::domain {
namespace {

using model::ecs::Compatibility;
using model::ecs::ContainerDefinition;
using model::ecs::NetworkMode;
using model::ecs::RegisterTaskDefinitionRequest;

constexpr std::int32_t kTimeoutSecondsMax = 120;
constexpr std::int32_t kStorageGiBMin = 21;
constexpr std::int32_t kStorageGiBMax = 200;

// The sizes that Fargate tasks come in (API: task size): memory between two bounds in steps, by CPU units.
Result<void> check_size(const RegisterTaskDefinitionRequest& request) {
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

template <class T>
bool filled(const std::optional<std::vector<T>>& list) {
  return list && !list->empty();
}

// The first member that Fargate does not have (API: "task definition parameters that are not valid in
// Fargate tasks"); empty when there is none.
std::string_view unsupported_member(const ContainerDefinition& container) {
  if (container.privileged.value_or(false)) return "privileged";
  if (container.disable_networking.value_or(false)) return "disableNetworking";
  if (filled(container.dns_search_domains)) return "dnsSearchDomains";
  if (filled(container.dns_servers)) return "dnsServers";
  if (filled(container.docker_security_options)) return "dockerSecurityOptions";
  if (filled(container.links)) return "links";
  if (filled(container.resource_requirements)) return "resourceRequirements";
  if (!container.linux_parameters) return {};
  if (filled(container.linux_parameters->devices)) return "devices";
  if (filled(container.linux_parameters->tmpfs)) return "tmpfs";
  if (container.linux_parameters->shared_memory_size) return "sharedMemorySize";
  if (container.linux_parameters->max_swap) return "maxSwap";
  if (container.linux_parameters->swappiness) return "swappiness";
  return {};
}

std::string_view unsupported_member(const RegisterTaskDefinitionRequest& request) {
  if (filled(request.placement_constraints)) return "placementConstraints";
  if (!request.volumes) return {};
  for (const auto& volume : *request.volumes) {
    if (volume.docker_volume_configuration) return "dockerVolumeConfiguration";
    if (volume.host && !volume.host->source_path.value_or("").empty()) return "sourcePath";
  }
  return {};
}

Result<void> check_members(const RegisterTaskDefinitionRequest& request) {
  auto member = unsupported_member(request);
  for (const auto& container : request.container_definitions)
    if (member.empty()) member = unsupported_member(container);
  if (!member.empty())
    return invalid(fmt::format("Fargate compatible task definitions do not support {}", member));
  for (const auto& container : request.container_definitions) {
    if (is_ecr_image(container.image.value_or("")) && request.execution_role_arn.value_or("").empty())
      return invalid("Fargate requires task definition to have execution role ARN to support ECR images.");
    if (container.start_timeout.value_or(0) > kTimeoutSecondsMax ||
        container.stop_timeout.value_or(0) > kTimeoutSecondsMax)
      return invalid_setting(container, fmt::format("startTimeout and stopTimeout must be at most {} seconds "
                                                    "on Fargate.",
                                                    kTimeoutSecondsMax));
  }
  return {};
}

}  // namespace

bool requires_compatibility(const RegisterTaskDefinitionRequest& request, Compatibility wanted) {
  const auto& list = request.requires_compatibilities;
  return list && std::find(list->begin(), list->end(), wanted) != list->end();
}

Result<void> check_fargate(const RegisterTaskDefinitionRequest& request) {
  if (!requires_compatibility(request, Compatibility::fargate)) return {};
  if (request.network_mode != NetworkMode::awsvpc)
    return invalid("Fargate only supports network mode ‘awsvpc’.");
  if (!request.cpu) return invalid("Fargate requires that 'cpu' be defined at the task level.");
  if (!request.memory) return invalid("Fargate requires that 'memory' be defined at the task level.");
  if (request.pid_mode == model::ecs::PidMode::host)
    return invalid(
        "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode "
        "is 'task'.");
  if (request.ipc_mode) return invalid("Tasks using the Fargate launch type do not support ipcMode.");
  if (request.ephemeral_storage && (request.ephemeral_storage->size_in_gib < kStorageGiBMin ||
                                    request.ephemeral_storage->size_in_gib > kStorageGiBMax))
    return invalid(fmt::format("ephemeralStorage: sizeInGiB must be between {} and {}, not {}.",
                               kStorageGiBMin, kStorageGiBMax, request.ephemeral_storage->size_in_gib));
  if (auto checked = check_size(request); !checked) return checked;
  return check_members(request);
}

}  // namespace berth::domain
