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
///   one-container   a container of a task runs once: never two at a time, never again after it ended.
///   right-host      it runs on the host of the instance that its task was placed on.
///   not-killed      nobody stops a container of a RUNNING task that should run and whose other containers
///   do. settled         (at the end) a container runs exactly for the tasks that are RUNNING, and nothing
///   else does.
///
/// Runs on: the simulator's thread.
class ContainerChecker final : public ContainerWatcher {
 public:
  ContainerChecker(const Ledger& ledger, Violations& violations) : ledger_(ledger), violations_(violations) {}
  void started(const Container& container) override;
  void ended(const Container& container, Why why) override;
  void stop_asked(const Container& container) override;

  /// How many containers run now.
  std::size_t running() const { return running_.size(); }
  std::uint64_t started_ever() const { return started_ever_; }
  /// The rule `settled`; to be called when all is quiet. `task_arn`s of what runs.
  void check_settled();
  /// The reason why check_settled() would fail; empty when it would not.
  std::string unsettled() const;

 private:
  using Key = std::pair<std::string, std::string>;  ///< Task ARN, container name.
  const Ledger& ledger_;
  Violations& violations_;
  std::map<Key, std::string> running_;  ///< To the docker id.
  std::map<Key, int> ended_;
  std::uint64_t started_ever_ = 0;
};

}  // namespace berth::sim
