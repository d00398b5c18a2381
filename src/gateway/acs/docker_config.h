#pragma once
#include <cstdint>
#include <optional>

#include "base/json.h"
#include "model/acs/acs_types.h"
#include "model/ecs/task_definition_types.h"

namespace berth::gateway::acs {

/// What Docker is to be told of a container beyond the plain members of a payload, after overrides.
struct DockerConfigInput {
  const model::ecs::ContainerDefinition& container;
  const model::ecs::TaskDefinition& definition;
  std::optional<std::int32_t> memory;              ///< MiB.
  std::optional<std::int32_t> memory_reservation;  ///< MiB.
};

/// Docker's container configuration: user, hostname, working directory, labels, health check …
JsonObject docker_container_config(const DockerConfigInput& input);
/// Docker's HostConfig: network mode, privileges, DNS, ulimits, log driver, Linux parameters …
JsonObject docker_host_config(const DockerConfigInput& input);
/// Both, as the texts that agents since 1.5 merge over what they make themselves (agent-protocol 7.3). Pure.
model::acs::DockerConfig docker_config(const DockerConfigInput& input);

}  // namespace berth::gateway::acs
