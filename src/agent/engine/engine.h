#pragma once
#include <vector>

#include "agent/engine/events.h"
#include "agent/engine/task_state.h"

namespace berth::agent::engine {

struct EngineOptions {
  Duration stop_timeout =
      std::chrono::seconds(30);  ///< Between SIGTERM and SIGKILL where the container names none.
  Duration cleanup_wait = std::chrono::hours(3);  ///< How long a stopped task's containers are kept.
  bool pull_dependents_upfront = false;           ///< Pull before dependsOn allows the container to start.
};

/// How long container changes wait for a change of the task to carry them.
inline constexpr Duration kReportFlush = std::chrono::seconds(10);
/// Cleanup waits for the last report to be delivered, looking this often, but no longer than
/// kCleanupPatience.
inline constexpr Duration kCleanupRecheck = std::chrono::seconds(30);
inline constexpr Duration kCleanupPatience = std::chrono::hours(72);
/// Between tries to stop a container that Docker failed to stop: doubled from the first to the second.
inline constexpr Duration kStopRetryMin = std::chrono::seconds(1);
inline constexpr Duration kStopRetryMax = std::chrono::seconds(60);
/// Of a container that is not started because of another: as if it had obeyed SIGTERM at once.
inline constexpr std::int32_t kNeverStartedExitCode = 143;
/// Between SIGTERM and SIGKILL of a container that came back after it had stopped.
inline constexpr Duration kReturnedGrace = std::chrono::seconds(2);

/// The life of a task: takes `task` on by `event` and says what is to be done next. Pure and deterministic:
/// no clock, no I/O; the caller persists `task` before it acts.
///
/// A fresh task starts with Admitted (run it) or StopRequested (never run it). Events may come late, twice or
/// in any order: what no longer fits is ignored.
///
/// Invariant: known statuses of containers and task never go back; a container has at most one step under
/// way; a task
///            that is STOPPED has queued exactly one STOPPED report, and one more each time it was asked
///            again; nothing is started once the task is to stop; what runs although it has STOPPED is
///            stopped.
std::vector<Action> apply(TaskState& task, const Event& event, WallTime now, const EngineOptions& options);

/// The report to send next, which from now on does not change, until ReportDelivered names it; null when
/// there is none or one is on its way.
const StateChange* begin_report(TaskState& task);

}  // namespace berth::agent::engine
