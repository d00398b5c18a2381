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
    : store_(store), runtime_(runtime), grace_(grace), started_(runtime.clock().monotonic()) {}

InstanceHealthController::Away InstanceHealthController::away_of(const ContainerInstanceRecord& instance,
                                                                 MonotonicTime now, WallTime wall) const {
  Away seen{instance.disconnected_at, now + grace_};
  // Seen at the first look: it went before this process began, by the wall clock that long ago.
  if (now - started_ <= kLookEvery) {
    const WallTime since = instance.disconnected_at.value_or(instance.registered_at);
    const Duration left = std::clamp<Duration>(since + grace_ - wall, Duration::zero(), grace_);
    seen.due = now + std::max(left, std::min(grace_, kSeenMin));
  }
  return seen;
}

Async<std::set<std::string>> InstanceHealthController::find_lost() {
  const MonotonicTime now = runtime_.clock().monotonic();
  const WallTime wall = runtime_.clock().wall();
  std::set<std::string> lost;
  std::map<std::string, Away> seen;
  const auto view = co_await store_.read();
  view.walk<ContainerInstanceRecord>("", [&](const store::Stored<ContainerInstanceRecord>& stored) {
    if (!away(*stored.record)) return true;
    const auto before = away_.find(stored.key);
    const bool same = before != away_.end() && before->second.since == stored.record->disconnected_at;
    const Away found = same ? before->second : away_of(*stored.record, now, wall);
    seen.emplace(stored.key, found);
    if (now >= found.due && !view.group(store::kTasksByInstance, stored.key).empty()) lost.insert(stored.key);
    return true;
  });
  away_ = std::move(seen);
  co_return lost;
}

Async<bool> InstanceHealthController::give_up(std::string instance_key) {
  std::optional<store::Transaction> transaction;
  {
    const auto view = co_await store_.read();
    const auto* instance = view.find<ContainerInstanceRecord>(instance_key);
    if (!instance || !away(*instance->record)) co_return false;
    transaction.emplace(runtime_.ids().uuid(), domain::Writer::instance_health);
    // Should the agent come back meanwhile, the race is lost.
    transaction->expect(*instance);
    const domain::InstanceGone gone{model::ecs::TaskStopCode::termination_notice,
                                    reason_of(*instance->record, grace_)};
    std::size_t count = 0;
    for (const auto& [sort, task] : view.group(store::kTasksByInstance, instance_key)) {
      if (count++ == kTasksPerTransaction) break;
      auto after = domain::apply_task_transition(*task->record, gone, domain::Writer::instance_health,
                                                 runtime_.clock().wall());
      if (after && *after) scheduling::move_task(*transaction, *task, **std::move(after));
    }
    if (transaction->write_count() == 0) co_return false;
  }
  const auto committed = co_await store_.commit(std::move(*transaction));
  if (!committed && committed.error().retry != Retry::re_decide)
    spdlog::warn("tasks of instance {} could not be given up: {}", instance_key, committed.error().message);
  co_return committed.ok() || committed.error().retry == Retry::re_decide;
}

Async<void> InstanceHealthController::run() {
  while (true) {
    const auto lost = co_await find_lost();
    for (const auto& key : lost) {
      bool more = true;
      while (more) more = co_await give_up(key);
    }
    co_await runtime_.sleep(kLookEvery);
  }
}

}  // namespace berth::controllers::instance_health
