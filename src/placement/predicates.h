#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "placement/rejection.h"
#include "placement/request.h"
#include "placement/types.h"

namespace berth::placement {

/// An instance that may take another task of a request, on which the plan being made has already put
/// `planned`.
struct Candidate {
  const Snapshot& snapshot;
  std::size_t index = 0;
  std::int64_t planned = 0;
  const InstanceView& view() const { return snapshot.at(index); }
};

/// Whether the instance can take one more task: status, agent, CPU, memory, ports, attributes, constraints.
/// Stops at the first obstacle and makes no text. Its cost does not depend on the number of tasks running
/// there.
bool fits(const Candidate& candidate, const PlacementRequest& request);

/// Every reason why it cannot, ordered by code; empty when it fits. Agrees with fits() always.
std::vector<Rejection> rejections_of(const Candidate& candidate, const PlacementRequest& request);

/// StartTask: whether the named instance can take one task, and why not. Strategies do not apply; the
/// constraints in `request` do (those of the task definition). `planned`: tasks of the same call already
/// meant for it.
std::vector<Rejection> check_instance(const Snapshot& snapshot, std::size_t index,
                                      const PlacementRequest& request, std::int64_t planned = 0);

}  // namespace berth::placement
