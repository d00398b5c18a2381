#pragma once
#include <string>

#include "base/json.h"
#include "placement/candidates.h"
#include "placement/explain.h"
#include "services/berth/cluster_snapshot.h"

/// The parts of documents that say, instance by instance, what placement thinks.
namespace berth::services::control {

/// Tasks named as holders of what a rejected task would need, at most.
inline constexpr std::size_t kHoldersMax = 5;

/// One reason, the same object that failures[] and service events render, with what placement does not know:
/// which tasks hold what is missing, since when the agent is away. `remedy` names the tasks that would have
/// to go.
JsonObject reason_document(const placement::Rejection& reason, const ClusterSnapshot& snapshot,
                           std::size_t index, const placement::PlacementRequest& request, WallTime now);

/// What the decision looks like on the snapshot: needs, strategy, summary, and `instances`, candidates first
/// by rank, then the rejected ones.
JsonObject decision_document(const ClusterSnapshot& snapshot, const placement::PlacementRequest& request,
                             WallTime now);

/// "3 s", "12 min", "5 h 20 min", "3 d".
std::string render_age(Duration age);
/// The id at the end of an ARN.
std::string short_id(std::string_view arn);
JsonValue time_value(const std::optional<WallTime>& time);

}  // namespace berth::services::control
