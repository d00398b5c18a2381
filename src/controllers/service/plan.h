#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/wall_steps.h"
#include "domain/limits.h"
#include "domain/records.h"
#include "placement/types.h"

// What a service needs next. Pure: a function of what is, what should be, and the time.
namespace berth::controllers::service {

/// Tasks that one plan stops, and starts, at most: the rest waits for the next plan, which follows at once.
inline constexpr std::size_t kStopsMax = 40;
inline constexpr std::int64_t kStartsMax = 200;
/// How long a task without a health check must have run before a deployment counts it as healthy; after a
/// failure it is kShortRun.
inline constexpr Duration kSettleTime = std::chrono::seconds(1);
/// How often users are told of a task that cannot be placed, while that lasts (the guide's example: about 93
/// s).
inline constexpr Duration kUnableToPlaceEvery = std::chrono::seconds(90);
/// How often they are told that tasks keep failing, or that a deployment is stuck.
inline constexpr Duration kUnableToStartEvery = std::chrono::minutes(15);

enum class Health {
  unchecked,  ///< No essential container has a health check.
  unknown,    ///< Not yet known.
  healthy,
  unhealthy,
};

/// A task of the service that has not stopped.
struct TaskFact {
  std::string id;
  std::string deployment_id;
  std::string instance;  ///< Key of its container instance.
  std::string zone;
  bool wanted = true;    ///< Its desired status is RUNNING.
  bool running = false;  ///< Its last status is RUNNING.
  Health health = Health::unchecked;
  WallTime created_at;
  std::optional<WallTime> started_at;
  std::optional<WallTime> protected_until;  ///< Neither scale-in nor a deployment stops it before.
  bool host_leaves = false;                 ///< The instance is DRAINING or INACTIVE.
  bool host_silent = false;                 ///< Its agent is not connected.
  bool host_has_others = false;  ///< Tasks of no DAEMON service are on it. Only looked at for DAEMON.
};

/// A task of the service that failed and has not been counted.
struct ExitFact {
  std::string deployment_id;
  std::optional<WallTime> started_at;
  WallTime stopped_at;
};

/// DAEMON only: an ACTIVE instance that should run a task.
struct HostFact {
  std::string instance;
  bool silent = false;
};

struct Facts {
  const domain::ServiceRecord& service;
  std::vector<TaskFact> tasks;
  std::vector<ExitFact> exits;
  std::vector<HostFact> hosts;
  /// The last attempt to place a task of the PRIMARY deployment failed, and nothing suggests that another
  /// would not.
  bool placement_blocked = false;
  WallTime now;
  domain::Compat compat = domain::Compat::current;
  /// "(task ID) stopped: REASON" of the newest task that failed; may be empty.
  std::string last_failure = {};
  /// The instance of a key, for scale-in by strategies; may be empty, may answer null.
  std::function<const placement::InstanceView*(const std::string&)> view_of = {};
  /// The steps of the wall clock, noted at `now`; null: none.
  const WallSteps* steps = nullptr;

  /// How long ago a stored time was, whatever was done to the clock since; never negative.
  Duration since(WallTime time) const {
    return steps ? steps->since(time) : std::max<Duration>(now - time, Duration::zero());
  }
};

struct StopOrder {
  std::size_t task = 0;  ///< In Facts::tasks.
  std::string reason;
};

struct ServicePlan {
  std::vector<StopOrder> stops;
  std::int64_t starts = 0;     ///< Tasks of the PRIMARY deployment to place.
  bool more_starts = false;    ///< More are wanted than one plan starts: for the next, if these fit.
  std::string start_task_set;  ///< Or of this task set, when it is not empty.
  std::vector<std::string> start_hosts;  ///< DAEMON: where; `starts` is their number.
  domain::ServiceRecord after;           ///< The service with everything but `events` taken in.
  std::vector<std::string> events;       ///< Messages to add, oldest first.
  std::optional<WallTime> look_again;    ///< When time alone may change the plan.
};

/// Invariants: tasks of the service never exceed its maximum by a start, healthy ones never fall below its
/// minimum by a stop (a smaller desired count, a deleted service and unhealthy tasks apart); a FAILED
/// deployment starts nothing; a task is replaced before it is stopped wherever the bounds and the instances
/// allow.
ServicePlan plan(const Facts& facts);

/// Why a task could not be placed: what ECS would say of it, and Berth's explanation, which may be empty.
struct WhyNot {
  std::string closest;      ///< "The closest matching (container-instance ID) has insufficient memory …"
  std::string explanation;  ///< "Of 3 container instances, 2 lack memory (needs 512 MiB, most free is 128)."
};

/// Takes into a plan that `unplaced` of its starts found no place: users are told every kUnableToPlaceEvery,
/// in today's words with the explanation after them, or in the guide's alone (guide-conformance A-06). While
/// no task of the deployment runs, each time they are told counts as failed tasks too (API: a task that
/// cannot be launched is a failure), so that the circuit breaker trips the third time: as many as were left
/// over, at most a third of its threshold.
void account_unplaced(ServicePlan& plan, const Facts& facts, std::int64_t unplaced, const WhyNot& why_not);

}  // namespace berth::controllers::service
