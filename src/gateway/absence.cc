#include "gateway/absence.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "domain/agent_presence.h"
#include "gateway/instance_writes.h"

namespace berth::gateway {
namespace {

using domain::ContainerInstanceRecord;
using model::ecs::AgentUpdateStatus;

constexpr std::size_t kInstancesPerView = 1000;
constexpr std::size_t kInstancesPerTransaction = 50;

}  // namespace

bool AbsenceSweep::is_anothers(const ContainerInstanceRecord& record) const {
  return !sole_ && record.session_owner && *record.session_owner != owner_;
}

Async<std::vector<store::Stored<ContainerInstanceRecord>>> AbsenceSweep::find_left_over() {
  std::vector<store::Stored<ContainerInstanceRecord>> found;
  const store::View view = co_await store_.read();
  view.walk<ContainerInstanceRecord>("", [&](const auto& stored) {
    const auto& record = *stored.record;
    // What nobody owns may have registered with another control plane that runs.
    const bool ours = !is_anothers(record) && (sole_ || record.session_owner);
    if (record.agent_connected && record.status != domain::InstanceStatus::inactive && ours)
      found.push_back(stored);
    return found.size() < kInstancesPerTransaction;
  });
  co_return found;
}

Async<void> AbsenceSweep::await_agents() {
  std::size_t count = 0;
  for (int failures = 0; failures < kAttemptsMax;) {
    const auto found = co_await find_left_over();
    if (found.empty()) break;
    store::Transaction transaction(runtime_.ids().uuid(), domain::Writer::agent);
    for (const auto& stored : found) {
      ContainerInstanceRecord record = *stored.record;
      record.agent_connected = false;
      if (!record.session_owner) record.session_owner = owner_;
      // It had just come back, and may not know yet what was given up: it is away anew.
      if (record.disconnected_at) record.disconnected_at = runtime_.clock().wall();
      ++record.version;
      transaction.expect(stored);
      transaction.put(std::move(record));
    }
    const auto committed = co_await store_.commit(std::move(transaction));
    if (committed) count += found.size();
    if (committed) continue;
    ++failures;
    if (committed.error().retry == Retry::re_decide) continue;
    spdlog::warn("gateway: agents count as connected until they have not come for a while: {}",
                 committed.error().message);
    break;
  }
  if (count > 0) spdlog::info("gateway: {} agents are expected back", count);
}

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
      if (record.status == domain::InstanceStatus::inactive || !domain::counts_as_connected(record))
        return true;
      if (is_anothers(record) || sessions_.has(SocketKind::control, stored.key)) return true;
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
