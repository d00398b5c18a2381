#include "placement/candidates.h"

#include "placement/predicates.h"
#include "placement/ranking.h"

namespace berth::placement {
namespace {

std::vector<CandidateRank> all_alike(const Snapshot& snapshot, const PlacementRequest& request) {
  std::vector<CandidateRank> candidates;
  for (std::size_t i = 0; i < snapshot.size(); ++i) {
    if (!fits({snapshot, i, 0}, request)) continue;
    const InstanceView& view = snapshot.at(i);
    candidates.push_back({i, 1, {{"tasks on the instance", view.running_tasks + view.pending_tasks}}});
  }
  return candidates;
}

}  // namespace

std::vector<CandidateRank> rank_candidates(const Snapshot& snapshot, const PlacementRequest& request) {
  if (request.strategies.empty() && request.default_strategy == DefaultStrategy::even_random)
    return all_alike(snapshot, request);
  return Ranking(snapshot, request).candidates();
}

}  // namespace berth::placement
