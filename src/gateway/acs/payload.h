#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/acs/acs_types.h"

namespace berth::gateway::acs {

/// What every PayloadMessage says beside its tasks.
struct PayloadHead {
  std::string message_id;
  std::string cluster_arn;
  std::string container_instance_arn;
  std::int64_t sequence = 0;
  WallTime generated_at;
};

/// PayloadMessage (agent-protocol 4.3): tasks to start and stop. Agents acknowledge acceptance, all or
/// nothing.
std::string payload_message(const PayloadHead& head, std::vector<model::acs::Task> tasks);

}  // namespace berth::gateway::acs
