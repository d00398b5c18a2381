#pragma once
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "placement/predicates.h"
#include "placement/request.h"
#include "placement/types.h"

namespace berth::placement {

/// Random instances looked at for one task before all are: enough that a cluster with half its instances full
/// misses once in 65 000 times.
inline constexpr std::size_t kProbesMax = 16;

/// Where the tasks of one request go.
///
/// Invariant: placed.size() + unplaced == the request's count; `rejections` covers every instance of the
/// snapshot when
///            `unplaced` > 0, and is empty otherwise.
struct PlacementPlan {
  std::vector<std::size_t> placed;  ///< The instance of each placed task, in the order of choosing.
  std::int64_t unplaced = 0;
  std::vector<InstanceRejection> rejections;  ///< In the order of the snapshot, seen after `placed`.
  std::size_t instances = 0;
  std::size_t active_instances = 0;  ///< Only counted when `unplaced` > 0.
  /// The request's budget was exceeded: what is said above is not to be used. Callers answer kQueryTooCostly.
  bool too_costly = false;
};

/// Chooses an instance for each of the wanted tasks. Pure: the same arguments and state of `prng` give the
/// same plan. Counts what it has itself placed, so it never puts more on an instance than fits, and never
/// breaks a constraint.
///
/// Without strategies, even_random: each task goes to the better of two fitting instances drawn at random,
/// better being fewer tasks of this plan, then fewer running and pending tasks. That is as cheap as one draw,
/// keeps two concurrent schedulers from choosing the same instance (a least-loaded rule would make them
/// collide), and bounds the share of the fullest instance far below that of single draws (G-200). Up to
/// kProbesMax draws a task, then a walk over all from a random start: expected cost does not depend on the
/// number of instances or of running tasks.
///
/// Without strategies, zones_then_hosts, as the guide's four steps: filter by fit; the zone with the fewest
/// tasks of the group; in it the instance with the fewest of them; then the fewest tasks at all; then at
/// random. A zone without room does not block the next one.
///
/// With strategies, each in turn keeps the instances that are best by it; what is left at the end is drawn at
/// random. spread counts the tasks of the group per value of its field (instances without the attribute form
/// one value); binpack takes the instance with the least CPU or memory left. Tasks on instances that are not
/// ACTIVE do not count: they are about to leave, and counting them would drive their replacement out of their
/// zone.
///
/// Limits: cost of the ranked forms is instances + count * fitting instances.
PlacementPlan plan_placement(const Snapshot& snapshot, const PlacementRequest& request, Prng& prng);

}  // namespace berth::placement
