#pragma once
#include <optional>
#include <string_view>

#include "domain/records.h"
#include "model/acs/acs_types.h"

namespace berth::gateway::acs {

/// A task in the terms of agents of every version (agent-protocol 4.3): environment as a map with the
/// overrides merged in, only `command` left in the overrides, everything that Docker must hear of beside the
/// plain members in dockerConfig. `definition` null (it was deleted): the containers have names and images
/// only, which is enough to stop the task. Pure.
model::acs::Task translate_task(const domain::TaskRecord& task,
                                const domain::TaskDefinitionRecord* definition, bool stop);

/// Task-level cpu as vCPUs: "256" and ".25 vCPU" are 0.25. Nothing when it cannot be read.
std::optional<double> parse_vcpus(std::string_view text);
/// Task-level memory in MiB: "512", "1 GB".
std::optional<std::int32_t> parse_mebibytes(std::string_view text);

}  // namespace berth::gateway::acs
