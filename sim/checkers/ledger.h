#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "domain/records.h"
#include "sim/checkers/violations.h"
#include "sim/cluster/store_disk.h"
#include "store/schema.h"

namespace berth::sim {

/// Follows every durable transaction and checks, after each, what must always hold:
///
///   status-forward      lastStatus never goes back; STOPPED is final (G-: "task lifecycle").
///   stopped-reason      a STOPPED task says why and when.
///   desired-forward     desiredStatus never goes from STOPPED to RUNNING.
///   over-commit         tasks on an instance hold at most what it registered, and no port twice.
///   allocation          the allocation record is the sum of the tasks that have not stopped: resources are
///   taken
///                       once and released once.
///   orphan              a task that has not stopped has its instance, which is not INACTIVE.
///   bounds-max          the scheduler starts tasks only up to maximumPercent.
///   bounds-min          the scheduler stops serving tasks only down to minimumHealthyPercent.
///   token-once          a client token acts once: its record never changes.
///   count-once          RunTask starts no more tasks than were asked for (startedBy carries the request's
///   number). sequence            payload sequence numbers and session epochs never go down. definition a
///   revision of a task definition never changes. retention           a stopped task is kept for 10 minutes
///   at least.
///
/// It is also the checkers' memory of what is durable: see find_task() and the like.
/// Runs on: the simulator's thread.
class Ledger final : public CommitWatcher {
 public:
  Ledger(runtime::SimWorld& world, Violations& violations) : world_(world), violations_(violations) {}
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
  std::uint64_t transactions() const { return transactions_; }
  std::uint64_t tasks_ever() const { return by_arn_.size(); }
  store::Revision head() const { return head_; }

 private:
  struct Touched {
    std::set<std::string> instances;
    std::set<std::string> services;
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
  void note_service_task(const domain::TaskRecord* before, const domain::TaskRecord* after,
                         std::shared_ptr<const domain::TaskRecord> task_before,
                         std::shared_ptr<const domain::TaskRecord> task_after, Touched& touched);
  void check_instance_write(const domain::ContainerInstanceRecord* before,
                            const domain::ContainerInstanceRecord* after);
  void check_instance(const std::string& key);
  void check_bounds(const std::string& service_key, const Touched& touched);
  void fail(std::string rule, std::string text) { violations_.add(std::move(rule), std::move(text)); }

  runtime::SimWorld& world_;
  Violations& violations_;
  Map<domain::TaskRecord> tasks_;
  Map<domain::ContainerInstanceRecord> instances_;
  Map<domain::InstanceAllocation> allocations_;
  Map<domain::ServiceRecord> services_;
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
      losses_;  ///< Serving tasks of a service that went by themselves.
  std::uint64_t transactions_ = 0;
  store::Revision head_;
};

}  // namespace berth::sim
