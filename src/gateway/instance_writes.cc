#include "gateway/instance_writes.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "domain/agent_presence.h"
#include "domain/agent_update.h"
#include "domain/text_bounds.h"
#include "gateway/limits.h"

namespace berth::gateway {
namespace {

using domain::ContainerInstanceRecord;

std::optional<std::string> non_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(cut_middle(text, domain::kAgentTextBytesMax));
}

// What the socket's URL says; agents that say nothing keep what was known.
void note_versions(ContainerInstanceRecord& record, const SocketRequest& request) {
  auto versions = record.version_info.value_or(model::ecs::VersionInfo());
  if (auto text = non_empty(request.agent_version)) versions.agent_version = std::move(text);
  if (auto text = non_empty(request.agent_hash)) versions.agent_hash = std::move(text);
  if (auto text = non_empty(request.docker_version)) versions.docker_version = std::move(text);
  if (versions.agent_version || versions.agent_hash || versions.docker_version)
    record.version_info = versions;
}

}  // namespace

Async<Result<void>> change_instance(store::Store& store, runtime::Runtime& runtime, std::string instance_key,
                                    InstanceChange change) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    std::optional<store::Stored<ContainerInstanceRecord>> before;
    {
      const store::View view = co_await store.read();
      const auto* found = view.find<ContainerInstanceRecord>(instance_key);
      if (found) before = *found;
    }
    if (!before) co_return not_found("The container instance is gone.");
    auto after = change(*before->record);
    if (!after) co_return Result<void>();
    store::Transaction transaction(runtime.ids().uuid(), domain::Writer::agent);
    transaction.expect(*before);
    transaction.put(std::move(*after));
    const auto committed = co_await store.commit(std::move(transaction));
    if (committed) co_return Result<void>();
    if (committed.error().retry != Retry::re_decide) co_return committed.error();
  }
  co_return conflict("The container instance is changing too fast.");
}

Async<Result<OpenedSession>> open_session(store::Store& store, runtime::Runtime& runtime,
                                          SocketContext context, std::string owner,
                                          std::int64_t sequence_block) {
  OpenedSession opened;
  bool inactive = false;
  InstanceChange change =
      [&](const ContainerInstanceRecord& before) -> std::optional<ContainerInstanceRecord> {
    inactive = before.status == domain::InstanceStatus::inactive;
    if (inactive) return std::nullopt;
    ContainerInstanceRecord after = before;
    opened.was_away = before.disconnected_at.has_value();
    after.session_owner = owner;
    opened.epoch = after.session_epoch = before.session_epoch + 1;
    after.agent_connected = true;
    const auto version_before = before.version_info ? before.version_info->agent_version.value_or("") : "";
    after.agent_update_status =
        domain::after_reconnect(before.agent_update_status, version_before, context.request.agent_version);
    note_versions(after, context.request);
    opened.sequence_first = std::max(before.payload_sequence, context.request.sequence) + 1;
    opened.sequence_last = after.payload_sequence = opened.sequence_first + sequence_block - 1;
    const bool visible = !before.agent_connected || before.version_info != after.version_info ||
                         before.agent_update_status != after.agent_update_status;
    if (visible) ++after.version;
    return after;
  };
  const auto changed = co_await change_instance(store, runtime, context.instance_key, std::move(change));
  if (!changed) co_return changed.error();
  if (inactive)
    co_return Error{ErrorCode::closed, "The container instance has been deregistered.", Retry::no};
  co_return opened;
}

Async<Result<std::int64_t>> reserve_sequence(store::Store& store, runtime::Runtime& runtime,
                                             std::string instance_key, std::int64_t epoch,
                                             std::int64_t sequence_block) {
  std::int64_t last = 0;
  bool ours = true;
  InstanceChange change =
      [&](const ContainerInstanceRecord& before) -> std::optional<ContainerInstanceRecord> {
    ours = before.session_epoch == epoch;
    if (!ours) return std::nullopt;
    ContainerInstanceRecord after = before;
    last = after.payload_sequence = before.payload_sequence + sequence_block;
    return after;
  };
  const auto changed = co_await change_instance(store, runtime, std::move(instance_key), std::move(change));
  if (!changed) co_return changed.error();
  if (!ours) co_return Error{ErrorCode::closed, "A newer session has begun.", Retry::no};
  co_return last;
}

Async<Result<void>> forget_absence(store::Store& store, runtime::Runtime& runtime, std::string instance_key,
                                   std::int64_t epoch) {
  InstanceChange change =
      [=](const ContainerInstanceRecord& before) -> std::optional<ContainerInstanceRecord> {
    if (before.session_epoch != epoch || !before.agent_connected || !before.disconnected_at)
      return std::nullopt;
    ContainerInstanceRecord after = before;
    after.disconnected_at.reset();
    return after;
  };
  co_return co_await change_instance(store, runtime, std::move(instance_key), std::move(change));
}

Async<Result<void>> mark_disconnected(store::Store& store, runtime::Runtime& runtime,
                                      std::string instance_key, std::int64_t epoch) {
  const WallTime now = runtime.clock().wall();
  InstanceChange change =
      [=](const ContainerInstanceRecord& before) -> std::optional<ContainerInstanceRecord> {
    if (before.session_epoch != epoch || !domain::counts_as_connected(before)) return std::nullopt;
    ContainerInstanceRecord after = before;
    after.agent_connected = false;
    after.session_owner.reset();
    after.disconnected_at = now;
    if (before.agent_connected) ++after.version;
    return after;
  };
  co_return co_await change_instance(store, runtime, std::move(instance_key), std::move(change));
}

}  // namespace berth::gateway
