#include "controllers/instance_health/controller.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "domain/agent_presence.h"
#include "scheduling/task_writes.h"

namespace berth::controllers::instance_health {
namespace {

using domain::ContainerInstanceRecord;
using domain::InstanceStatus;

bool away(const ContainerInstanceRecord& instance) {
  return instance.status != InstanceStatus::inactive && instance.status != InstanceStatus::registering &&
         !domain::counts_as_connected(instance);
}

std::string reason_of(const ContainerInstanceRecord& instance, Duration grace) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(grace).count();
  return fmt::format("Host EC2 (instance {}) stayed disconnected for {} seconds.", instance.ec2_instance_id,
                     seconds);
}

}  // namespace

InstanceHealthController::InstanceHealthController(store::Store& store, runtime::Runtime& runtime,
                                                   Duration grace)
    : Reconciler(store, runtime, kResyncEvery), grace_(grace), started_(runtime.clock().monotonic()) {}

InstanceHealthController::Away InstanceHealthController::away_of(const ContainerInstanceRecord& instance,
                                                                 MonotonicTime now, WallTime wall) const {
  Away seen{instance.disconnected_at, now + grace_};
  // Seen at the first look: it went before this process began, by the wall clock that long ago.
  if (now - started_ <= kFirstLook) {
    const WallTime since = instance.disconnected_at.value_or(instance.registered_at);
    const Duration left = std::clamp<Duration>(since + grace_ - wall, Duration::zero(), grace_);
    seen.due = now + std::max(left, std::min(grace_, kSeenMin));
  }
  return seen;
}

std::optional<MonotonicTime> InstanceHealthController::due(const store::View& view,
                                                           const std::string& instance_key) {
  const auto* instance = view.find<ContainerInstanceRecord>(instance_key);
  if (!instance || !away(*instance->record)) {
    away_.erase(instance_key);
    return std::nullopt;
  }
  const auto before = away_.find(instance_key);
  if (before != away_.end() && before->second.since == instance->record->disconnected_at)
    return before->second.due;
  const Away seen = away_of(*instance->record, runtime().clock().monotonic(), runtime().clock().wall());
  away_.insert_or_assign(instance_key, seen);
  return seen.due;
}

Async<Result<bool>> InstanceHealthController::give_up(std::string instance_key) {
  std::optional<store::Transaction> transaction;
  {
    const auto view = co_await store().read();
    const auto* instance = view.find<ContainerInstanceRecord>(instance_key);
    if (!instance || !away(*instance->record)) co_return false;
    transaction.emplace(runtime().ids().uuid(), domain::Writer::instance_health);
    // Should the agent come back meanwhile, the race is lost.
    transaction->expect(*instance);
    const domain::InstanceGone gone{model::ecs::TaskStopCode::termination_notice,
                                    reason_of(*instance->record, grace_)};
    std::size_t count = 0;
    for (const auto& [sort, task] : view.group(store::kTasksByInstance, instance_key)) {
      if (count++ == kTasksPerTransaction) break;
      auto after = domain::apply_task_transition(*task->record, gone, domain::Writer::instance_health,
                                                 runtime().clock().wall());
      if (after && *after) scheduling::move_task(*transaction, *task, **std::move(after));
    }
    if (transaction->write_count() == 0) co_return false;
  }
  const auto committed = co_await store().commit(std::move(*transaction));
  if (!committed && committed.error().retry != Retry::re_decide) co_return committed.error();
  co_return true;
}

Async<WorkQueue::Outcome> InstanceHealthController::reconcile(std::string key) {
  const MonotonicTime now = runtime().clock().monotonic();
  std::optional<MonotonicTime> when;
  {
    const auto view = co_await store().read();
    when = due(view, key);
  }
  if (!when) co_return WorkQueue::Outcome{};
  if (now < *when) co_return WorkQueue::Outcome{.failed = false, .again = *when - now};
  while (true) {
    const auto more = co_await give_up(key);
    if (!more) {
      spdlog::warn("tasks of instance {} could not be given up: {}", key, more.error().message);
      co_return WorkQueue::Outcome{.failed = true, .again = std::nullopt};
    }
    if (!*more) co_return WorkQueue::Outcome{};
  }
}

void InstanceHealthController::add_all(const store::View& view) {
  view.walk<ContainerInstanceRecord>("", [this](const store::Stored<ContainerInstanceRecord>& stored) {
    if (away(*stored.record)) add(stored.key);
    return true;
  });
}

Async<void> InstanceHealthController::add_changed(const std::vector<store::Change>& changes) {
  for (const auto& change : changes) {
    if (change.kind != store::Kind::container_instance) continue;
    const auto* after = change.after_as<ContainerInstanceRecord>();
    const auto* before = change.before_as<ContainerInstanceRecord>();
    if ((after && away(*after)) || (before && away(*before))) add(change.key);
  }
  co_return;
}

}  // namespace berth::controllers::instance_health
