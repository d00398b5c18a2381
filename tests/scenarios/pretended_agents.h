#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include "domain/task_lifecycle.h"
#include "runtime/runtime.h"
#include "store/store.h"

namespace berth::scenarios {

/// The agents of all container instances, and their containers: they do what tasks want after a while. What
/// happens to a container is decided by its image:
///
///   broken     cannot be pulled
///   crash      runs for 2 s, then exits with 1
///   once       runs for 5 s, then exits with 0
///   sick       runs; unhealthy after 5 s, if it has a health check
///   warm       runs; healthy after 10 s, if it has a health check
///   stubborn   does not react to SIGTERM: killed after 30 s, exit code 137
///   any other  runs, is healthy at once, and stops 1 s after SIGTERM with 0
///
/// A container runs 1 s after its task was placed. Agents that are not connected do nothing.
/// Borrows: store and runtime. Runs on: the executor of run().
class PretendedAgents {
 public:
  PretendedAgents(store::Store& store, runtime::Runtime& runtime) : store_(store), runtime_(runtime) {}
  /// Works until cancelled.
  Async<void> run();
  /// The containers of a running task exit with 1 at the next opportunity.
  void kill(const std::string& task_key) { killed_.insert(task_key); }

 private:
  struct Seen {
    MonotonicTime first;
    std::optional<MonotonicTime> running, stopping;
    bool health_told = false;
  };
  Async<void> act();
  std::optional<domain::TaskEvent> next(const std::string& key, const domain::TaskRecord& task);
  std::optional<domain::TaskEvent> next_while_running(const std::string& key, const domain::TaskRecord& task,
                                                      Seen& seen);

  store::Store& store_;
  runtime::Runtime& runtime_;
  std::map<std::string, Seen> seen_;
  std::set<std::string> killed_;
};

}  // namespace berth::scenarios
