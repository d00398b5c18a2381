#pragma once
#include <memory>

namespace berth::domain {

struct TaskRecord;

/// Whoever can tell agents again to stop a task: an agent that reports RUNNING of a task that is to be
/// stopped has not heard of it, or has forgotten it.
///
/// Runs on: any thread.
class StopRepeater {
 public:
  virtual ~StopRepeater() = default;
  /// `task` as it stands in the store, durably: to be stopped, or STOPPED.
  virtual void stop_again(std::shared_ptr<const TaskRecord> task) = 0;
};

}  // namespace berth::domain
