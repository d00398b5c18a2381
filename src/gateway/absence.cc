#include "gateway/absence.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "gateway/instance_writes.h"

namespace berth::gateway {
namespace {

using model::ecs::AgentUpdateStatus;

constexpr std::size_t kInstancesPerView = 1000;

}  // namespace

Async<void> AbsenceSweep::run() {
  while (true) {
    co_await sweep();
    co_await runtime_.sleep(limits_.sweep_interval);
  }
}

Async<void> AbsenceSweep::collect(std::map<std::string, Missing>& missing) {
  const MonotonicTime now = runtime_.clock().monotonic();
  steps_.note(runtime_.clock().wall(), now);
  std::string after;
  bool more = true;
  while (more) {
    const store::View view = co_await store_.read();
    std::size_t seen = 0;
    more = false;
    const std::string from = after;
    view.walk<domain::ContainerInstanceRecord>(from, [&](const auto& stored) {
      if (++seen > kInstancesPerView) {
        more = true;
        return false;
      }
      after = stored.key;
      const auto& record = *stored.record;
      if (record.agent_update_status == AgentUpdateStatus::updating && !record.agent_connected &&
          record.disconnected_at && steps_.since(*record.disconnected_at) >= limits_.update_restart_max)
        overdue_updates_.push_back(stored.key);
      if (record.status == domain::InstanceStatus::inactive || !record.agent_connected) return true;
      const bool others = record.session_owner && *record.session_owner != owner_;
      if ((others && !sole_) || sessions_.has(SocketKind::control, stored.key)) return true;
      const auto before = missing_.find(stored.key);
      const bool same = before != missing_.end() && before->second.epoch == record.session_epoch;
      missing.emplace(stored.key, same ? before->second : Missing{record.session_epoch, now});
      return true;
    });
  }
}

Async<void> AbsenceSweep::sweep() {
  std::map<std::string, Missing> missing;
  co_await collect(missing);
  missing_ = std::move(missing);
  const auto overdue = std::exchange(overdue_updates_, {});
  for (const auto& key : overdue) co_await fail_update(key);
  const MonotonicTime now = runtime_.clock().monotonic();
  for (auto at = missing_.begin(); at != missing_.end();) {
    if (now - at->second.since < limits_.absence) {
      ++at;
      continue;
    }
    const auto [key, gone] = *at;
    at = missing_.erase(at);
    co_await give_up(key, gone.epoch);
  }
}

Async<void> AbsenceSweep::give_up(std::string instance_key, std::int64_t epoch) {
  // Its socket may have come this very moment.
  if (sessions_.has(SocketKind::control, instance_key)) co_return;
  const auto marked = co_await mark_disconnected(store_, runtime_, instance_key, epoch);
  if (marked)
    spdlog::info("gateway: the agent of {} has not come back", instance_key);
  else
    spdlog::warn("gateway: cannot mark {} disconnected: {}", instance_key, marked.error().message);
}

Async<void> AbsenceSweep::fail_update(std::string instance_key) {
  InstanceChange change =
      [](const domain::ContainerInstanceRecord& before) -> std::optional<domain::ContainerInstanceRecord> {
    if (before.agent_connected || before.agent_update_status != AgentUpdateStatus::updating)
      return std::nullopt;
    domain::ContainerInstanceRecord after = before;
    after.agent_update_status = AgentUpdateStatus::failed;
    ++after.version;
    return after;
  };
  const auto changed = co_await change_instance(store_, runtime_, instance_key, std::move(change));
  if (changed)
    spdlog::warn("gateway: the agent of {} has not come back from its update", instance_key);
  else
    spdlog::warn("gateway: cannot end the update of {}: {}", instance_key, changed.error().message);
}

}  // namespace berth::gateway
