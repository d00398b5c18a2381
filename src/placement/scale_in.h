#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "placement/rules.h"
#include "placement/types.h"

namespace berth::placement {

/// A task that a service could stop.
struct StoppableTask {
  std::string id;
  std::string instance;                ///< Any id of its container instance; "" before it has one.
  std::string zone;                    ///< For tasks whose instance is unknown; `view` has precedence.
  const InstanceView* view = nullptr;  ///< May be null; spread by attribute and binpack look at it.
  std::int32_t rank = 1;           ///< Lower goes first, before all balance: 0 for a task that does not serve
                                   ///< (pending, or on a lost or draining instance), 1 for a running one.
  std::int64_t started_order = 0;  ///< Among equals the larger (younger) goes first.
};

/// Chooses `count` tasks to stop when a service scales in, mirroring how they are placed (G-437): tasks that
/// do not serve first; then one of the zone with the most tasks left, on the instance with the most tasks
/// left; then the youngest; then the largest id. With strategies: spread takes from the fullest value of its
/// field, binpack from the instance with the most CPU or memory left (so that it empties), random from none
/// in particular. Deterministic. Returns positions in `tasks`, in the order of choosing; fewer when there are
/// fewer tasks.
std::vector<std::size_t> choose_tasks_to_stop(const std::vector<StoppableTask>& tasks, std::int64_t count,
                                              const std::vector<Strategy>& strategies = {});

}  // namespace berth::placement
