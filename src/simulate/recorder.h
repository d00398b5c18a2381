#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/runtime.h"
#include "simulate/prediction.h"
#include "store/store.h"

namespace berth::simulate {

/// Watches one run of a simulated cluster from its change feed: what moved when, how low each service got,
/// and when everything had come to rest. It sees every transaction, so no low point escapes it.
///
/// Borrows: store and runtime, until run() has ended.
/// Runs on: the node's executor.
class Recorder {
 public:
  Recorder(store::Store& store, runtime::Runtime& runtime, std::string cluster_key);

  /// What is there before the action; changes from now on are seen by run() on `executor`.
  void begin(const store::View& view, Executor executor);
  /// Works until cancelled.
  Async<void> run();
  /// Things that matter last changed then, from the action.
  Duration last_change() const { return last_change_; }
  MonotonicTime last_change_time() const { return started_ + last_change_; }

  struct Service {
    std::int64_t serving_before = 0, serving = 0, lowest = 0;
    Duration lowest_at{};
    bool touched = false;
  };
  const std::map<std::string, Service>& services() const { return services_; }
  /// Pairs, in each service, the n-th start with the n-th stop.
  std::vector<Move> moves() const;
  const std::vector<std::pair<Duration, std::string>>& events() const { return events_; }

 private:
  struct Task {
    std::string service, group, instance, instance_key, task_definition;
    bool serving = false;
    bool ran_before = false;  ///< It was there before the action.
    std::optional<Duration> placed, running, stopping, stopped;
    std::string reason;
    std::uint64_t order = 0;
  };

  Duration now() const { return runtime_.clock().monotonic() - started_; }
  void take_task(const store::Change& change);
  void take_instance(const store::Change& change);
  void take_service(const store::Change& change);
  void set_serving(Task& task, bool serving);
  bool serves(const domain::TaskRecord& record, const std::string& instance_key) const;

  store::Store& store_;
  runtime::Runtime& runtime_;
  std::string cluster_key_;
  std::unique_ptr<store::Watch> watch_;
  MonotonicTime started_;
  Duration last_change_{};
  std::uint64_t order_ = 0;
  std::map<std::string, bool> connected_;  ///< By instance key.
  std::map<std::string, std::shared_ptr<const void>>
      records_;                        ///< TaskRecords: unstopped tasks of the cluster, by key.
  std::map<std::string, Task> tasks_;  ///< By key.
  std::map<std::string, Service> services_;
  std::vector<std::pair<Duration, std::string>> events_;
};

}  // namespace berth::simulate
