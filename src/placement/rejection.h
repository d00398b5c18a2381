#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "placement/types.h"

namespace berth::placement {

/// Why one instance cannot take one task. In the order in which they are reported: the first one is the
/// reason that failures[] carries, as nothing behind it matters before it is mended.
enum class ReasonCode {
  inactive,
  draining,
  agent,
  attribute,
  member_of,
  distinct_instance,
  cpu,
  memory,
  ports
};

/// The `reason` of a failures[] element, as ECS writes it: "AGENT", "RESOURCE:CPU", "ATTRIBUTE",
/// "MemberOf placement constraint unsatisfied.", …
std::string_view failure_reason(ReasonCode code);
/// A short name for JSON and metrics: "agent", "cpu", "member_of", …
std::string_view to_string(ReasonCode code);
bool is_resource(ReasonCode code);

/// One reason. Every rendering (failures[], service events, `berth explain`) is made of these.
struct Rejection {
  ReasonCode code = ReasonCode::inactive;
  std::string detail;              ///< One clause for people, without a full stop.
  std::string remedy;              ///< What would make this reason go away.
  std::vector<std::string> names;  ///< Missing attributes, taken ports ("80/tcp"), or the expression.
  std::int64_t needed = 0;         ///< cpu in units, memory in MiB.
  std::int64_t available = 0;
};

struct InstanceRejection {
  std::size_t index = 0;  ///< In the snapshot.
  std::string arn;
  std::vector<Rejection> reasons;  ///< Never empty, ordered by code.
};

/// All details of one instance: "needs 512 CPU units, 256 are free; host port 80/tcp is taken".
std::string render_details(const std::vector<Rejection>& reasons);

}  // namespace berth::placement
