#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>

#include "sim/checkers/ledger.h"
#include "sim/checkers/violations.h"

namespace berth::sim {

/// Follows what agents are told:
///
/// - told: an agent is told of durable tasks of its own instance only; to stop only what is to stop; and not
///   to start what it has acknowledged long ago.
/// - told-twice: what an agent has acknowledged it is not told again on the same connection.
///
/// Runs on: the simulator's thread.
class DeliveryChecker {
 public:
  DeliveryChecker(const Ledger& ledger, Violations& violations, runtime::SimWorld& world)
      : ledger_(ledger), violations_(violations), world_(world) {}
  void expect(Duration redelivery) { redelivery_ = redelivery; }
  /// `connection`: of all that the agents of this run ever made.
  void told(const std::string& instance_arn, const std::string& task_arn, bool stop,
            std::uint64_t connection);
  /// The agent does not acknowledge what it has just been told: being told again is right.
  void not_taken(const std::string& task_arn, bool stop);
  /// The disk of that instance's agent went back to an earlier state: it may be told everything again.
  void fell_back(const std::string& instance_arn) { fell_back_.insert(instance_arn); }
  /// An agent reports RUNNING: of a task that is to be stopped, that is answered with a stop.
  /// It may take as long as the network is cut.
  void reports_running(const std::string& task_arn) { reporting_.insert(task_arn); }
  void reported_running(const std::string& task_arn) {
    reporting_.erase(task_arn);
    reported_at_[task_arn] = world_.now();
  }
  std::uint64_t count_connection() { return ++connections_; }
  /// Whether an agent has been told to start, or to stop, the task.
  bool was_told(const std::string& task_arn, bool stop) const { return told_.contains({task_arn, stop}); }

 private:
  struct Told {
    MonotonicTime at;
    std::uint64_t connection = 0;
    bool taken = true;
  };
  void check_again(const std::string& task_arn, bool stop, std::uint64_t connection);

  const Ledger& ledger_;
  Violations& violations_;
  runtime::SimWorld& world_;
  std::uint64_t connections_ = 0;
  Duration redelivery_ = std::chrono::seconds(60);
  std::set<std::string> fell_back_;
  std::set<std::string> reporting_;
  std::map<std::string, MonotonicTime> reported_at_;
  std::map<std::pair<std::string, bool>, Told> told_;  ///< By task and whether it is to stop.
};

}  // namespace berth::sim
