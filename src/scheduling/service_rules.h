#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "domain/limits.h"
#include "domain/records.h"

// What handlers and the service scheduler both know of services. Pure.
namespace berth::scheduling {

/// A task that ends sooner than this after it began to run counts as one that failed to start.
inline constexpr Duration kShortRun = std::chrono::seconds(10);
/// The longest pause between attempts to start tasks that keep failing.
inline constexpr Duration kRetryDelayMax = std::chrono::minutes(15);

/// Puts an event first, and drops the oldest beyond `limits.events_per_service`.
void add_event(domain::ServiceRecord& service, std::string id, WallTime now, std::string message,
               const domain::Limits& limits);

/// Within what a service may move while tasks are replaced.
struct DeploymentBounds {
  std::int64_t healthy_min = 0;  ///< Healthy tasks that stopping must leave.
  std::int64_t tasks_max = 0;    ///< Tasks that may exist at a time, those that are stopping included.
};
/// The percentages, of REPLICA services, rounded as the API says: minimum up, maximum down. Where none was
/// given: 100 and 200 (DAEMON: 0 and 100), or one task at a time under guide_2015 (G-226).
DeploymentBounds bounds_of(const domain::ServiceRecord& service, std::int64_t desired, domain::Compat compat);
/// The configuration with its defaults, as the API shows it.
model::ecs::DeploymentConfiguration shown_configuration(const domain::ServiceRecord& service,
                                                        domain::Compat compat);

/// Failed tasks in a row that trip the deployment circuit breaker: half of the desired count, from 3 to 200.
std::int32_t breaker_threshold(std::int64_t desired);
bool breaker_enabled(const domain::ServiceRecord& service);
bool breaker_rolls_back(const domain::ServiceRecord& service);

/// The pause before the next start after so many failures in a row: none while each wanted task has failed
/// only once, then 1 s, doubled each round, at most kRetryDelayMax.
Duration retry_delay(std::int64_t failures, std::int64_t desired);

/// The PRIMARY deployment. Every service that is not INACTIVE has one.
const domain::DeploymentState* primary_of(const domain::ServiceRecord& service);
domain::DeploymentState* primary_of(domain::ServiceRecord& service);
/// A deployment, or that of a task set; null when there is none.
domain::DeploymentState* find_deployment(domain::ServiceRecord& service, std::string_view id);

/// "service:NAME", the group of its tasks.
std::string service_group(std::string_view service_name);
/// "(service NAME)", how its events begin.
std::string event_subject(const domain::ServiceRecord& service);
/// "(task ID) (task ID)", and how many more where they are many: what an event says of a round.
std::string named_tasks(const std::vector<std::string>& ids);
inline constexpr std::size_t kTasksNamedMax = 20;

/// Ids that a new deployment needs.
struct DeploymentIds {
  std::uint64_t number = 0;  ///< Of `ecs-svc/…`.
  std::string service_deployment;
  std::string service_revision;
};
/// Makes a deployment of `definition` PRIMARY, IN_PROGRESS; what was PRIMARY becomes ACTIVE. Launch type,
/// platform version and desired count are the service's.
domain::DeploymentState& begin_deployment(domain::ServiceRecord& service,
                                          const domain::TaskDefinitionRecord& definition,
                                          const DeploymentIds& ids, WallTime now);
/// The PRIMARY deployment gives way to the one that was completed last, which keeps its id. `initiator` is
/// why, as the reason of the latter begins. False, and nothing happens, when there is none.
bool roll_back(domain::ServiceRecord& service, std::string reason, std::string_view initiator, WallTime now);

/// The records of a new deployment: what DescribeServiceDeployments and DescribeServiceRevisions answer.
domain::ServiceDeploymentRecord service_deployment_record(const domain::ServiceRecord& service,
                                                          const domain::DeploymentState& deployment,
                                                          const domain::DeploymentState* source,
                                                          domain::Compat compat);
domain::ServiceRevisionRecord service_revision_record(const domain::ServiceRecord& service,
                                                      const domain::DeploymentState& deployment,
                                                      const domain::TaskDefinitionRecord& definition);
/// "service-deployment" or "service-revision".
std::string service_part_arn(const domain::ServiceRecord& service, std::string_view type,
                             std::string_view id);

}  // namespace berth::scheduling
