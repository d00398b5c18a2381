#pragma once
#include <map>
#include <set>
#include <string>

#include "runtime/runtime.h"
#include "simulate/task_times.h"
#include "store/store.h"

namespace berth::simulate {

/// Stands in for every agent: moves each task on through its states, as the agent's writer, when its time has
/// come. Tasks start and stop without failing. What is on an instance whose agent is away stays as it is.
///
/// Borrows: all, until run() has ended.
/// Runs on: the executor of run().
class TaskPlayer {
 public:
  TaskPlayer(store::Store& store, runtime::Runtime& runtime, TaskTimes& times)
      : store_(store), runtime_(runtime), times_(times) {}
  /// Works until cancelled.
  Async<void> run();
  /// Nothing is on its way to another state.
  bool idle() const { return due_.empty(); }

 private:
  Async<void> read_all();
  void take_in(const std::vector<store::Change>& changes, const store::View& view);
  void schedule(const store::View& view, const std::string& key, const domain::TaskRecord& task);
  void set_due(const std::string& key, WallTime when);
  void drop(const std::string& key);
  Async<void> play(std::string key);

  store::Store& store_;
  runtime::Runtime& runtime_;
  TaskTimes& times_;
  std::map<std::string, WallTime> when_;            ///< By task.
  std::set<std::pair<WallTime, std::string>> due_;  ///< The same, by time.
  std::map<std::string, Duration> starts_;          ///< Start delays drawn, by task.
};

}  // namespace berth::simulate
