#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>

#include "sim/checkers/ledger.h"
#include "sim/checkers/violations.h"
#include "sim/cluster/docker_host.h"

namespace berth::sim {

/// Follows every container of every host:
///
/// - one-container: a container of a task runs once: never two at a time, never again after it ended.
/// - order: a container starts after those that it depends on.
/// - not-killed: nobody stops a container of a RUNNING task that should run and whose other containers do.
/// - settled too: what somebody else has started again after its task STOPPED is stopped.
/// - port-taken: a host port is given out again only after its container has ended.
/// - shown-running: a task is RUNNING only after its containers have started.
/// - shown-stopped: a task that its agent reports STOPPED has no container that runs.
/// - exit-code: a STOPPED task shows the code with which its container ended.
/// - settled: (at the end) a container runs exactly for the tasks that are RUNNING, and nothing else does.
///
/// What follows from a lost answer of Docker is not held against anybody: see ContainerWatcher::doubted().
/// Runs on: the simulator's thread.
class ContainerChecker final : public ContainerWatcher, public TaskWatcher {
 public:
  ContainerChecker(const Ledger& ledger, Violations& violations) : ledger_(ledger), violations_(violations) {}
  void started(const Container& container) override;
  void ended(const Container& container, Why why, std::int32_t exit_code) override;
  void stop_asked(const Container& container) override;
  void doubted(const Container& container) override;
  void returned(const Container& container) override;
  void port_taken(const Container& container, const Container& holder) override;
  void task_written(const domain::TaskRecord* before, const domain::TaskRecord* after) override;

  /// The disk of that instance's agent went back to an earlier state: of its tasks only the end is checked.
  void fell_back(const std::string& instance_arn);

  /// How many containers run now.
  std::size_t running() const { return running_.size(); }
  std::uint64_t started_ever() const { return started_ever_; }
  /// The rule `settled`; to be called when all is quiet.
  void check_settled();
  /// The reason why check_settled() would fail; empty when it would not.
  std::string unsettled() const;

 private:
  using Key = std::pair<std::string, std::string>;  ///< Task ARN, container name.
  struct End {
    Why why;
    std::int32_t exit_code;
  };
  void check_order(const Container& container);
  void check_running(const domain::TaskRecord& task);
  void check_stopped(const domain::TaskRecord& task);
  bool any_of(const std::map<Key, End>& map, const std::string& task_arn) const;

  const Ledger& ledger_;
  Violations& violations_;
  std::map<Key, std::string> running_;  ///< To the docker id.
  std::map<Key, End> ended_;            ///< The last end of each.
  std::set<Key> doubted_;
  std::set<Key> returned_;           ///< They run, started by somebody else.
  std::set<std::string> forgotten_;  ///< Tasks that their agent may have forgotten.
  std::uint64_t started_ever_ = 0;
};

}  // namespace berth::sim
