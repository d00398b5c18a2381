#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "placement/plan.h"

/// Renderings of placement decisions: failures[], the tail of service events, and `berth explain`.
namespace berth::placement {

/// Elements of failures[] in one answer. A cluster of thousands would otherwise answer with megabytes.
inline constexpr std::size_t kFailuresMax = 100;
/// Instances in the table that people read; JSON has all.
inline constexpr std::size_t kExplanationRowsMax = 200;

/// The message of RunTask's InvalidParameterException and of service events when there is no ACTIVE instance.
inline constexpr std::string_view kNoInstances = "No Container Instances were found in your cluster.";

/// One element of failures[].
struct Failure {
  std::string arn;     ///< Of the container instance.
  std::string reason;  ///< ECS's word: "RESOURCE:PORTS".
  std::string detail;  ///< Every reason of that instance, for people.
};

/// failures[] of RunTask: one for each instance that could not take the tasks left over (G-385), with its
/// first reason, in the order of the snapshot. Instances that are not ACTIVE are not candidates, and are left
/// out unless nothing else is there.
std::vector<Failure> failures_of(const PlacementPlan& plan, std::size_t limit = kFailuresMax);
/// StartTask: the element for one named instance. `reasons` must not be empty.
Failure failure_of(std::string_view arn, const std::vector<Rejection>& reasons);
/// StartTask: an instance that does not exist (G-387).
Failure missing_instance(std::string_view arn);

/// What follows "was unable to place a task because no container instance met all of its requirements." in
/// ECS's service events: "The closest matching (container-instance ID) is already using a port required by
/// your task.", of the instance that comes nearest, or that there is none.
std::string closest_match(const PlacementPlan& plan);
std::string closest_match(std::string_view arn, const std::vector<Rejection>& reasons);
/// Berth's own words behind that:
/// "Of 3 container instances, 2 lack host port 80/tcp, 1 lacks memory (needs 512 MiB, most free is 128)."
/// Instances that fail for something other than resources count only for that. Empty when all was placed.
std::string explain_unplaced(const PlacementPlan& plan);

struct InstanceExplanation {
  std::size_t index = 0;
  std::string arn;
  std::string ec2_instance_id;
  std::string zone;
  std::int64_t group_tasks = 0;    ///< Tasks of the request's group there.
  std::vector<Rejection> reasons;  ///< Empty: it fits.
};

/// Instance by instance: can it take one more task of the request, why not, and what would change that.
struct Explanation {
  std::string group;
  std::string strategy;  ///< "spread(instanceId), binpack(memory)" or the name of the default.
  std::size_t fitting = 0;
  std::string summary;  ///< One sentence.
  std::vector<InstanceExplanation> instances;
};

Explanation explain_placement(const Snapshot& snapshot, const PlacementRequest& request);
/// A table for a terminal, one instance a line, what would help below it. Ends in a newline.
std::string render_text(const Explanation& explanation);
void to_json(JsonWriter& writer, const Explanation& explanation);

}  // namespace berth::placement
