#include "gateway/acs/payload.h"

#include <algorithm>
#include <limits>

#include "gateway/envelope.h"
#include "model/acs/acs_codec.h"

namespace berth::gateway::acs {

std::string payload_message(const PayloadHead& head, std::vector<model::acs::Task> tasks) {
  model::acs::PayloadMessage message;
  message.message_id = head.message_id;
  message.cluster_arn = head.cluster_arn;
  message.container_instance_arn = head.container_instance_arn;
  // Agents read 32 bits; at the end of them they see the same number again, which they accept.
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  message.seq_num = static_cast<std::int32_t>(std::min(head.sequence, kMax));
  message.generated_at = head.generated_at.ms;
  message.tasks = std::move(tasks);
  return envelope_of("PayloadMessage", message);
}

}  // namespace berth::gateway::acs
