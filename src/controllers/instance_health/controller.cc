#include "controllers/instance_health/controller.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "scheduling/task_writes.h"

namespace berth::controllers::instance_health {
namespace {

using domain::ContainerInstanceRecord;
using domain::InstanceStatus;

bool away(const ContainerInstanceRecord& instance) {
  return instance.status != InstanceStatus::inactive && instance.status != InstanceStatus::registering &&
         !instance.agent_connected;
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

Async<std::set<std::string>> InstanceHealthController::find_lost() {
  const MonotonicTime now = runtime_.clock().monotonic();
  const WallTime wall = runtime_.clock().wall();
  std::set<std::string> lost;
  std::map<std::string, MonotonicTime> seen;
  const auto view = co_await store_.read();
  view.walk<ContainerInstanceRecord>("", [&](const store::Stored<ContainerInstanceRecord>& stored) {
    if (!away(*stored.record)) return true;
    const auto before = away_since_.find(stored.key);
    const MonotonicTime since = before == away_since_.end() ? now : before->second;
    seen.emplace(stored.key, since);
    // Away since before this process began: the stored time counts, once agents had time to come back.
    const bool from_before = since - started_ <= kLookEvery;
    const Duration needed = from_before ? std::min(grace_, kSeenMin) : grace_;
    const bool long_by_wall =
        wall - stored.record->disconnected_at.value_or(stored.record->registered_at) >= grace_;
    if (now - since >= needed && long_by_wall && !view.group(store::kTasksByInstance, stored.key).empty())
      lost.insert(stored.key);
    return true;
  });
  away_since_ = std::move(seen);
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
