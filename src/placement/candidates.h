#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "placement/request.h"
#include "placement/types.h"

namespace berth::placement {

/// What one step of the strategy sees in an instance; smaller is better.
struct RankValue {
  std::string key;  ///< "tasks of the group in the same ecs.availability-zone", "CPU units left", …
  std::int64_t value = 0;
};

/// An instance that could take the next task.
struct CandidateRank {
  std::size_t index = 0;  ///< In the snapshot.
  std::size_t rank = 1;   ///< 1: the next task goes there, or to another with rank 1, drawn at random.
  std::vector<RankValue> values;  ///< In the order of the strategy.
};

/// The fitting instances as plan_placement() would choose among them for one task, best first; equally good
/// ones share a rank, in the order of the snapshot. Under even_random every fitting instance may be drawn:
/// all have rank 1, and the value is what decides between the two that are.
std::vector<CandidateRank> rank_candidates(const Snapshot& snapshot, const PlacementRequest& request);

}  // namespace berth::placement
