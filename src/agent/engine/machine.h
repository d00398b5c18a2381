#pragma once
#include <vector>

#include "agent/engine/engine.h"

namespace berth::agent::engine {

/// One application of an event: the task, the moment, and what has been decided so far. Parts of engine.cc;
/// not for others.
struct Machine {
  TaskState& task;
  WallTime now;
  const EngineOptions& options;
  std::vector<Action> actions;

  // observe.cc: what Docker shows of a container.
  void observe(std::size_t index, const ContainerInfo& info);
  void vanish(std::size_t index);

  // planning.cc: what follows from the state. plan() repeats the others until nothing changes.
  void plan();
  void update_task_status();
  void set_running(std::size_t index);
  void set_stopped(std::size_t index);
  /// Stays with the first problem of the container.
  void note_problem(std::size_t index, const DriverError& problem);
  void fail_task(const std::string& reason);
  void arm(Timer::Kind kind, std::size_t index, Duration delay);

  // reports.cc: what the control plane is told.
  void report_task();
  void report_containers();
  void flush();
  /// Everything once more, if nothing is on its way.
  void repeat_report();

 private:
  bool propagate_stop();
  bool settle_unstarted();
  bool judge_waiting();
  void make_resources();
  void next_step(std::size_t index);
  void stop_returned(std::size_t index);
  bool resources_ready(std::size_t index) const;
  void copy_facts(std::size_t index, const ContainerInfo& info);
  void observe_exit(std::size_t index, const ContainerInfo& info);
  bool may_restart(std::size_t index, const ContainerInfo& info) const;
};

}  // namespace berth::agent::engine
