#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/records.h"

namespace berth::domain {

/// What a task takes on its instance until it stops: CPU units, MiB, fixed host ports. Dynamic host ports are
/// the agent's choice and are not reserved.
struct TaskResources {
  std::int64_t cpu = 0;
  std::int64_t memory = 0;
  std::vector<std::int32_t> tcp_ports;
  std::vector<std::int32_t> udp_ports;
};

/// CPU as ECS spells it: "1024", "1 vCPU", "0.5vcpu" → units.
/// Errors: `invalid`.
Result<std::int64_t> parse_task_cpu(std::string_view text);
/// Memory as ECS spells it: "512", "1 GB", "0.5gb" → MiB.
/// Errors: `invalid`.
Result<std::int64_t> parse_task_memory(std::string_view text);

/// What a task of this definition takes, with RunTask's overrides applied: the task-level sizes where given,
/// else the sum over its containers; for memory the reservation counts before the limit (API:
/// ContainerDefinition).
TaskResources resources_of(const model::ecs::TaskDefinition& definition,
                           const model::ecs::TaskOverride* overrides);

}  // namespace berth::domain
