#include "controllers/service/controller.h"

#include <algorithm>

#include "base/log.h"
#include "domain/agent_presence.h"
#include "runtime/task_group.h"

namespace berth::controllers::service {
namespace {

using domain::ContainerInstanceRecord;
using domain::InstanceAllocation;
using domain::ServiceRecord;
using domain::ServiceStatus;
using domain::TaskRecord;

std::string cluster_of(const std::string& service_key) {
  return service_key.substr(0, service_key.rfind('/'));
}

template <class R>
const R* present(const store::Change& change) {
  const R* after = change.after_as<R>();
  return after ? after : change.before_as<R>();
}

bool frees_room(const InstanceAllocation* before, const InstanceAllocation* after) {
  if (!before) return false;
  if (!after) return true;
  return after->cpu < before->cpu || after->memory < before->memory ||
         after->tcp_ports.size() < before->tcp_ports.size() ||
         after->udp_ports.size() < before->udp_ports.size();
}

// Whether services may have to do something about a change of an instance.
bool matters(const ContainerInstanceRecord* before, const ContainerInstanceRecord* after) {
  return !before || !after || before->status != after->status ||
         domain::counts_as_connected(*before) != domain::counts_as_connected(*after) ||
         before->attributes != after->attributes || before->cpu != after->cpu ||
         before->memory != after->memory;
}

Async<void> commit_into(store::Store& store, store::Transaction transaction, Result<void>& outcome) {
  auto committed = co_await store.commit(std::move(transaction));
  if (!committed) outcome = committed.error();
}

}  // namespace

ServiceController::ServiceController(store::Store& store, runtime::Runtime& runtime, SchedulerOptions options)
    : Reconciler(store, runtime, kResyncEvery), options_(options), prng_(runtime.fork_random()) {}

bool ServiceController::blocked(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = blocked_.find(cluster_of(key));
  return found != blocked_.end() && found->second.contains(key);
}

void ServiceController::set_blocked(const std::string& key, bool blocked) {
  const std::lock_guard lock(mutex_);
  if (blocked) {
    blocked_[cluster_of(key)].insert(key);
  } else if (const auto found = blocked_.find(cluster_of(key)); found != blocked_.end()) {
    found->second.erase(key);
    if (found->second.empty()) blocked_.erase(found);
  }
}

// The last one waits until it is known that what it tells of has happened; the others go together.
Async<Result<void>> ServiceController::commit_all(std::vector<store::Transaction> transactions) {
  if (transactions.empty()) co_return Result<void>();
  store::Transaction last = std::move(transactions.back());
  transactions.pop_back();
  std::vector<Result<void>> outcomes(transactions.size());
  const Executor executor = co_await current_executor();
  runtime::TaskGroup group(executor, runtime::TaskGroup::Leftovers::abandoned);
  for (std::size_t i = 0; i < transactions.size(); ++i)
    group.spawn(commit_into(store(), std::move(transactions[i]), outcomes[i]));
  co_await group.drain();
  for (const auto& outcome : outcomes)
    if (!outcome) co_return outcome.error();
  const auto committed = co_await store().commit(std::move(last));
  if (!committed) co_return committed.error();
  co_return Result<void>();
}

Async<WorkQueue::Outcome> ServiceController::reconcile(std::string key) {
  for (int attempt = 0; attempt < kDecisionsMax; ++attempt) {
    Execution execution;
    WallTime now;
    {
      auto view = co_await store().read();
      const auto* service = view.find<ServiceRecord>(key);
      if (!service || service->record->status == ServiceStatus::inactive) {
        set_blocked(key, false);
        co_return WorkQueue::Outcome{};
      }
      now = runtime().clock().wall();
      steps_.note(now, runtime().clock().monotonic());
      execution = execute(view, *service, options_, blocked(key), runtime(), prng_, &steps_);
    }
    WorkQueue::Outcome outcome;
    if (execution.look_again)
      outcome.again = std::max<Duration>(*execution.look_again - now, Duration::zero());
    const auto committed = co_await commit_all(std::move(execution.transactions));
    if (!committed && committed.error().retry == Retry::re_decide) continue;
    if (!committed) {
      spdlog::warn("service {}: {}", key, committed.error().message);
      co_return WorkQueue::Outcome{.failed = true, .again = std::nullopt};
    }
    set_blocked(key, execution.placement_blocked);
    co_return outcome;
  }
  co_return WorkQueue::Outcome{.failed = true, .again = std::nullopt};
}

Async<void> ServiceController::add_changed(const std::vector<store::Change>& changes) {
  std::set<std::string> freed, changed;
  for (const auto& change : changes) {
    if (change.kind == store::Kind::service) {
      add(change.key);
    } else if (const auto* task = present<TaskRecord>(change)) {
      if (task->service_name)
        add(store::service_key({task->account, task->region}, task->cluster, *task->service_name));
    } else if (const auto* allocation = present<InstanceAllocation>(change)) {
      if (frees_room(change.before_as<InstanceAllocation>(), change.after_as<InstanceAllocation>()))
        freed.insert(store::cluster_key({allocation->account, allocation->region}, allocation->cluster));
    } else if (const auto* instance = present<ContainerInstanceRecord>(change)) {
      if (matters(change.before_as<ContainerInstanceRecord>(), change.after_as<ContainerInstanceRecord>()))
        changed.insert(store::cluster_key({instance->account, instance->region}, instance->cluster));
    }
  }
  add_blocked(freed);
  if (!changed.empty()) co_await add_of_clusters(std::move(changed));
}

void ServiceController::add_blocked(const std::set<std::string>& clusters) {
  const std::lock_guard lock(mutex_);
  for (const auto& cluster : clusters)
    if (const auto found = blocked_.find(cluster); found != blocked_.end())
      for (const auto& key : found->second) add(key);
}

Async<void> ServiceController::add_of_clusters(std::set<std::string> clusters) {
  const auto view = co_await store().read();
  for (const auto& cluster : clusters)
    for (const auto& [key, service] : view.group(store::kServicesByCluster, cluster)) add(service->key);
}

void ServiceController::add_all(const store::View& view) {
  view.walk<ServiceRecord>("", [this](const store::Stored<ServiceRecord>& service) {
    if (service.record->status != ServiceStatus::inactive) add(service.key);
    return true;
  });
}

}  // namespace berth::controllers::service
