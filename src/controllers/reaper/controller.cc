#include "controllers/reaper/controller.h"

#include <optional>
#include <set>
#include <string>

#include "base/log.h"

namespace berth::controllers::reaper {
namespace {

using store::Stored;

// One batch in the making.
class Batch {
 public:
  Batch(store::Transaction& transaction, const WallSteps& steps) : transaction_(transaction), steps_(steps) {}
  bool full() const { return count_ >= kBatchMax; }
  std::size_t count() const { return count_; }
  bool older(WallTime time, Duration age) const { return steps_.since(time) >= age; }

  template <class R>
  void erase(const Stored<R>& stored) {
    transaction_.expect(stored);
    transaction_.erase<R>(stored.key);
    ++count_;
  }

 private:
  store::Transaction& transaction_;
  const WallSteps& steps_;
  std::size_t count_ = 0;
};

// Adds the realms that have records of this type, from one realm to the next.
template <class R>
void add_realms(std::set<std::string>& realms, const store::View& view) {
  std::string after;
  bool more = true;
  while (more) {
    more = false;
    view.walk<R>(after, [&](const Stored<R>& stored) {
      const std::string realm = store::realm_key({stored.record->account, stored.record->region});
      realms.insert(realm);
      after = realm + '0';  // '0' comes after '/': beyond all keys of the realm.
      more = true;
      return false;
    });
  }
}

// Stopped tasks and tokens may outlive the last cluster of their realm.
std::set<std::string> realms(const store::View& view) {
  std::set<std::string> found;
  add_realms<domain::TaskRecord>(found, view);
  add_realms<domain::ClientTokenRecord>(found, view);
  return found;
}

// Given up with an instance whose agent has not been told yet: it may still run, and without the record
// nobody would stop it.
bool owed(const store::View& view, const domain::TaskRecord& task) {
  if (task.connectivity != model::ecs::Connectivity::disconnected) return false;
  const auto* instance = view.find<domain::ContainerInstanceRecord>(
      store::instance_key({task.account, task.region}, task.cluster, task.instance_id));
  return instance && instance->record->status != domain::InstanceStatus::inactive &&
         instance->record->disconnected_at.has_value();
}

void reap_tasks(Batch& batch, const store::View& view, const std::string& realm, const Retention& retention) {
  const auto group = view.group(store::kStoppedTasks, realm);
  std::size_t left = group.size();
  for (const auto& [sort, task] : group) {
    const WallTime stopped = task->record->stopped_at.value_or(WallTime{});
    const bool too_old = batch.older(stopped, retention.stopped_tasks);
    const bool too_many =
        left > retention.stopped_tasks_max && batch.older(stopped, retention.stopped_tasks_min);
    if (batch.full() || (!too_old && !too_many)) return;
    if (owed(view, *task->record)) continue;
    batch.erase(*task);
    --left;
  }
}

void reap_tokens(Batch& batch, const store::View& view, const std::string& realm,
                 const Retention& retention) {
  const auto group = view.group(store::kTokensByAge, realm);
  std::size_t left = group.size();
  for (const auto& [sort, token] : group) {
    const bool too_old = batch.older(token->record->created_at, retention.client_tokens);
    if (batch.full() || (!too_old && left <= retention.client_tokens_max)) return;
    batch.erase(*token);
    --left;
  }
}

// The allocation goes with its instance.
void reap_instances(Batch& batch, const store::View& view, const Retention& retention) {
  for (const auto& [sort, instance] : view.group(store::kInactiveInstances, "")) {
    const WallTime since = instance->record->inactive_at.value_or(WallTime{});
    if (batch.count() + 2 > kBatchMax || !batch.older(since, retention.inactive_instances)) return;
    if (const auto* allocation = view.find<domain::InstanceAllocation>(instance->key))
      batch.erase(*allocation);
    batch.erase(*instance);
  }
}

template <class R>
void reap_group(Batch& batch, const store::Group<R>& group, std::size_t keep) {
  std::size_t left = group.size();
  for (const auto& [sort, stored] : group) {
    if (batch.full() || left <= keep) return;
    batch.erase(*stored);
    --left;
  }
}

void reap_services(Batch& batch, const store::View& view, const Retention& retention) {
  for (const auto& [sort, service] : view.group(store::kInactiveServices, "")) {
    const WallTime since = service->record->inactive_at.value_or(WallTime{});
    if (!batch.older(since, retention.inactive_services)) break;
    reap_group(batch, view.group(store::kServiceDeploymentsByService, service->key), 0);
    reap_group(batch, view.group(store::kServiceRevisionsByService, service->key), 0);
    if (batch.full()) return;
    batch.erase(*service);
  }
  view.walk<domain::ServiceRecord>("", [&](const Stored<domain::ServiceRecord>& service) {
    if (service.record->status == domain::ServiceStatus::inactive) return !batch.full();
    reap_group(batch, view.group(store::kServiceDeploymentsByService, service.key),
               retention.service_deployments_max);
    reap_group(batch, view.group(store::kServiceRevisionsByService, service.key),
               retention.service_deployments_max);
    return !batch.full();
  });
}

void reap_clusters(Batch& batch, const store::View& view, const Retention& retention) {
  view.walk<domain::ClusterRecord>("", [&](const Stored<domain::ClusterRecord>& cluster) {
    if (cluster.record->status != domain::ClusterStatus::inactive) return true;
    if (batch.older(cluster.record->inactive_at.value_or(WallTime{}), retention.inactive_clusters) &&
        !batch.full())
      batch.erase(cluster);
    return !batch.full();
  });
}

}  // namespace

ReaperController::ReaperController(store::Store& store, runtime::Runtime& runtime, Retention retention)
    : store_(store), runtime_(runtime), retention_(retention) {}

Async<std::size_t> ReaperController::reap() {
  store::Transaction transaction(runtime_.ids().uuid(), domain::Writer::reaper);
  std::size_t count = 0;
  steps_.note(runtime_.clock().wall(), runtime_.clock().monotonic());
  {
    const auto view = co_await store_.read();
    Batch batch(transaction, steps_);
    for (const auto& realm : realms(view)) {
      reap_tasks(batch, view, realm, retention_);
      reap_tokens(batch, view, realm, retention_);
    }
    reap_instances(batch, view, retention_);
    reap_services(batch, view, retention_);
    reap_clusters(batch, view, retention_);
    count = batch.count();
  }
  if (count == 0) co_return 0;
  const auto committed = co_await store_.commit(std::move(transaction));
  if (committed) co_return count;
  if (committed.error().retry != Retry::re_decide) spdlog::warn("retention: {}", committed.error().message);
  co_return 0;
}

Async<void> ReaperController::run() {
  while (true) {
    std::size_t reaped = kBatchMax;
    while (reaped > 0) reaped = co_await reap();
    co_await runtime_.sleep(kReapEvery);
  }
}

}  // namespace berth::controllers::reaper
