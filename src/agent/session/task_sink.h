#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/acs/acs_types.h"
#include "runtime/async.h"

namespace berth::agent::session {

/// Where the control plane's wishes go: the task manager.
///
/// Runs on: the agent's executor.
class TaskSink {
 public:
  virtual ~TaskSink() = default;
  /// Takes the tasks of one payload: STOPPED ones first, then the others. Completes when all that was
  /// accepted is in the checkpoint; answers the ARNs of tasks that made no sense with the reason to report
  /// for each
  /// (`UnrecogniedTaskError: …`), and those that cannot be taken just now, a full disk say, without one. With
  /// any such task the payload must not be acknowledged: it comes again.
  struct Refused {
    std::string task_arn;
    std::string reason;  ///< Empty: not now.
  };
  virtual Async<std::vector<Refused>> accept(std::vector<model::acs::Task> tasks, std::int64_t sequence) = 0;
  /// A task that the control plane thinks to be on this instance: every one that has not STOPPED.
  struct Expected {
    std::string task_arn;
    bool stop = false;
    /// As it was last told; absent from control planes other than Berth.
    std::optional<std::string> last_status;
  };
  struct Differences {
    std::vector<std::string> surplus;  ///< ARNs of tasks that are here to run and are not expected to.
    std::vector<std::string> missing;  ///< ARNs of tasks that are expected to run and not known here.
  };
  /// Compares what is here with the whole of what is expected; reports again what the control plane was told
  /// and does not know.
  virtual Differences compare(const std::vector<Expected>& expected) = 0;
  /// Highest payload sequence number of the checkpoint.
  virtual std::int64_t sequence() const = 0;
};

/// Where the task manager's reports go. Returns when the control plane has taken the report or refused it for
/// good; in between it tries again for as long as it takes.
class ReportSink {
 public:
  virtual ~ReportSink() = default;
  /// `request_json` is the body of SubmitTaskStateChange without `cluster`.
  virtual Async<void> submit_task_state_change(std::string task_arn, std::string request_json) = 0;
};

}  // namespace berth::agent::session
