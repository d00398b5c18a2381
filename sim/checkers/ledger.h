#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/records.h"
#include "sim/checkers/violations.h"
#include "sim/cluster/store_disk.h"
#include "store/schema.h"

namespace berth::sim {

/// Who is told how each task changed, once it is durable.
class TaskWatcher {
 public:
  virtual ~TaskWatcher() = default;
  virtual void task_written(const domain::TaskRecord* before, const domain::TaskRecord* after) = 0;
};

/// A task that is there and has not stopped.
inline bool live(const domain::TaskRecord* task) {
  return task && task->last_status != domain::TaskStatus::stopped;
}

/// What the checkers hold the controllers to.
struct Promises {
  Duration grace = std::chrono::minutes(5);  ///< Before the tasks of an instance that is away are given up.
  Duration retention = std::chrono::minutes(10);  ///< Stopped tasks are kept so long.
  /// Else a control plane alone adds them up from the tasks: its watches and views are held to the rule.
  bool allocations_written = true;
};

/// Follows every durable transaction and checks, after each, what must always hold:
///
/// - status-forward: lastStatus never goes back; STOPPED is final: nothing of the record changes any more.
/// - immutable: where a task is, of which definition, what it holds and who started it never change.
/// - times: a RUNNING task says since when; that never changes.
/// - stopped-reason: a STOPPED task says why and when.
/// - desired-forward: desiredStatus never goes from STOPPED to RUNNING.
/// - over-commit: tasks on an instance hold at most what it registered, and no port twice.
/// - allocation: the allocation record is the sum of the tasks that have not stopped: taken once, released
///   once.
/// - cluster: what is in a cluster keeps it from being deleted, and nothing comes into a deleted one.
/// - orphan: a task that has not stopped has its instance, which is not INACTIVE.
/// - placed: a task begins on an instance that is ACTIVE and was not away for long, and where its service's
///   constraints let it be.
/// - given-up: the tasks of an instance are given up only when it was away for the grace.
/// - bounds-max: the scheduler starts tasks only up to maximumPercent.
/// - bounds-min: the scheduler stops serving tasks only down to minimumHealthyPercent.
/// - daemon-once: a DAEMON service has one task on an instance.
/// - token-once: a client token acts once: its record never changes.
/// - count-once: RunTask starts no more tasks than were asked for (startedBy carries the request's number).
/// - sequence: payload sequence numbers and session epochs never go down.
/// - definition: a revision of a task definition never changes.
/// - retention: only stopped tasks are deleted, and not before their time.
///
/// What it compares with is worked out here: nothing of domain/ or scheduling/ is asked whether it is right.
/// It is also the checkers' memory of what is durable: see find_task() and the like.
/// Runs on: the simulator's thread.
class Ledger final : public CommitWatcher {
 public:
  Ledger(runtime::SimWorld& world, Violations& violations) : world_(world), violations_(violations) {}
  void expect(const Promises& promises) { promises_ = promises; }
  void set_task_watcher(TaskWatcher* watcher) { task_watcher_ = watcher; }
  void committed(const store::EngineBatch& batch) override;

  template <class R>
  using Map = std::map<std::string, std::shared_ptr<const R>>;
  const Map<domain::TaskRecord>& tasks() const { return tasks_; }
  const Map<domain::ServiceRecord>& services() const { return services_; }
  const Map<domain::ContainerInstanceRecord>& instances() const { return instances_; }
  /// By ARN, also tasks that retention has deleted since (their last state); null when there never was one.
  const domain::TaskRecord* find_task(const std::string& arn) const;
  /// Whether the service has, or had at some time since `since`, that desired count.
  bool service_had(const std::string& name, std::int64_t desired, MonotonicTime since) const;
  /// Since when the store says that the agent has the task; nothing while it does not.
  std::optional<MonotonicTime> delivered_since(const std::string& arn) const;
  /// Every group of an index of these records that ever had a member: slot and name.
  const std::set<std::pair<std::uint8_t, std::string>>& groups_ever(store::Kind kind) const;
  /// One durable change of a record.
  struct Logged {
    store::Revision revision;
    store::Kind kind;
    std::string key;
  };
  /// The newest changes, oldest first; log_begin() is the number of the first of them since the beginning.
  const std::deque<Logged>& log() const { return log_; }
  std::uint64_t log_begin() const { return log_begin_; }
  std::uint64_t transactions() const { return transactions_; }
  std::uint64_t tasks_ever() const { return by_arn_.size(); }
  store::Revision head() const { return head_; }
  bool allocations_written() const { return promises_.allocations_written; }
  /// How the allocation of an instance differs from what its tasks hold; empty when it does not.
  std::string allocation_fault(const std::string& key, const domain::InstanceAllocation& held) const;

 private:
  struct Touched {
    std::set<std::string> instances;
    std::set<std::string> services;
    std::set<std::string> clusters;                                  ///< Names.
    std::vector<std::shared_ptr<const domain::TaskRecord>> created;  ///< Tasks.
    std::vector<std::shared_ptr<const domain::TaskRecord>> started;  ///< Of services.
    std::vector<std::shared_ptr<const domain::TaskRecord>>
        stopped;  ///< By the scheduler; as they were before.
  };
  struct Use {
    std::int64_t cpu = 0, memory = 0, count = 0;
    std::multiset<std::int32_t> tcp, udp;
  };

  void apply(const store::EngineWrite& write, Touched& touched);
  void apply_task(const std::string& key, std::shared_ptr<const domain::TaskRecord> after, Touched& touched);
  void check_task(const domain::TaskRecord* before, const domain::TaskRecord* after);
  void check_created(const domain::TaskRecord& task);
  void check_change(const domain::TaskRecord& before, const domain::TaskRecord& after);
  void check_deleted(const domain::TaskRecord& task);
  void check_given_up(const domain::TaskRecord& task);
  void check_placed(const domain::TaskRecord& task);
  void check_constraints(const domain::TaskRecord& task, const domain::ContainerInstanceRecord& instance);
  /// Nothing about wall clocks can be said in a run that moves them.
  bool clocks_moved() const;
  void note_service_task(const domain::TaskRecord* before, const domain::TaskRecord* after,
                         std::shared_ptr<const domain::TaskRecord> task_before,
                         std::shared_ptr<const domain::TaskRecord> task_after, Touched& touched);
  void note_groups(store::Kind kind, const void* record);
  void note_away(const std::string& key, const domain::ContainerInstanceRecord* after);
  void check_instance_write(const domain::ContainerInstanceRecord* before,
                            const domain::ContainerInstanceRecord* after);
  Use use_of(const std::string& key) const;
  static std::string difference(const std::string& key, const domain::InstanceAllocation& held,
                                const Use& use);
  void check_instance(const std::string& key);
  void check_cluster(const std::string& name);
  void check_bounds(const std::string& service_key, const Touched& touched);
  void check_daemon(const std::string& service_key, const domain::ServiceRecord& service);
  void fail(std::string rule, std::string text) { violations_.add(std::move(rule), std::move(text)); }

  runtime::SimWorld& world_;
  Violations& violations_;
  Map<domain::TaskRecord> tasks_;
  Map<domain::ContainerInstanceRecord> instances_;
  Map<domain::InstanceAllocation> allocations_;
  Map<domain::ServiceRecord> services_;
  Map<domain::ClusterRecord> clusters_;  ///< By name: there is one realm.
  std::map<std::string, std::string> tokens_;
  std::map<std::string, std::string> definitions_;
  std::map<std::string, std::shared_ptr<const domain::TaskRecord>> by_arn_;
  std::map<std::string, std::set<std::string>> by_instance_;  ///< Keys of tasks that have not stopped.
  std::map<std::string, std::set<std::string>> by_service_;   ///< Likewise.
  struct Wish {
    MonotonicTime at;
    std::int64_t desired;
  };
  std::map<std::string, std::deque<Wish>> wishes_;  ///< By the name of a service, oldest first.
  std::map<std::string, std::int64_t> started_by_;  ///< Tasks ever started for a request.
  std::map<std::string, std::deque<MonotonicTime>>
      losses_;                                       ///< Serving tasks of a service that went by themselves.
  std::map<std::string, MonotonicTime> away_since_;  ///< Of instances whose agent is not connected.
  std::map<std::string, MonotonicTime> delivered_since_;  ///< By ARN.
  std::map<store::Kind, std::set<std::pair<std::uint8_t, std::string>>> groups_ever_;
  std::deque<Logged> log_;
  std::uint64_t log_begin_ = 0;
  Promises promises_;
  TaskWatcher* task_watcher_ = nullptr;
  std::uint64_t transactions_ = 0;
  store::Revision head_;
};

}  // namespace berth::sim
