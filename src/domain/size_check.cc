#include <fmt/format.h>

#include "domain/resources.h"
#include "domain/task_definition.h"

namespace berth::domain {
namespace {

using model::ecs::RegisterTaskDefinitionRequest;

constexpr std::int64_t kTaskCpuMin = 128;
constexpr std::int64_t kTaskCpuMax = 196'608;
constexpr std::int64_t kTaskMemoryMiBMin = 4;

Error greater_than_task(std::string_view setting, const model::ecs::ContainerDefinition& container) {
  return invalid(fmt::format("The '{}' setting for container '{}' is greater than for the task.", setting,
                             container.name.value_or("")));
}

Result<void> check_cpu(const RegisterTaskDefinitionRequest& request) {
  const auto cpu = parse_task_cpu(*request.cpu);
  if (!cpu) return cpu.error();
  if (*cpu < kTaskCpuMin || *cpu > kTaskCpuMax)
    return invalid(
        fmt::format("Invalid 'cpu' setting for task. It must be between {} and {} CPU units, not {}.",
                    kTaskCpuMin, kTaskCpuMax, *request.cpu));
  std::int64_t sum = 0;
  for (const auto& container : request.container_definitions) {
    sum += container.cpu.value_or(0);
    if (container.cpu.value_or(0) > *cpu) return greater_than_task("cpu", container);
  }
  if (sum > *cpu)
    return invalid(
        fmt::format("The sum of all container 'cpu' values cannot be greater than the value of the task "
                    "'cpu'. The containers reserve {} CPU units together, more than the {} of the task.",
                    sum, *cpu));
  return {};
}

// Hard limits may add up to more than the task's memory, reservations may not (API: memory of a container).
Result<void> check_memory(const RegisterTaskDefinitionRequest& request) {
  const auto memory = parse_task_memory(*request.memory);
  if (!memory) return memory.error();
  if (*memory < kTaskMemoryMiBMin)
    return invalid(
        fmt::format("Invalid 'memory' setting for task. It must be at least {} MiB.", kTaskMemoryMiBMin));
  std::int64_t sum = 0;
  for (const auto& container : request.container_definitions) {
    sum += container.memory_reservation.value_or(0);
    if (container.memory.value_or(0) > *memory) return greater_than_task("memory", container);
    if (container.memory_reservation.value_or(0) > *memory)
      return greater_than_task("memoryReservation", container);
  }
  if (sum > *memory)
    return invalid(
        fmt::format("The containers reserve {} MiB of memory together, more than the {} MiB of "
                    "the task.",
                    sum, *memory));
  return {};
}

}  // namespace

Result<void> check_sizes(const RegisterTaskDefinitionRequest& request) {
  if (request.cpu)
    if (auto checked = check_cpu(request); !checked) return checked;
  if (request.memory) return check_memory(request);
  return {};
}

}  // namespace berth::domain
