#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "gateway/handshake.h"
#include "runtime/runtime.h"
#include "store/store.h"

namespace berth::gateway {

/// What a change of an instance's record answers: the record to write, or nothing when there is nothing to
/// change.
using InstanceChange =
    std::function<std::optional<domain::ContainerInstanceRecord>(const domain::ContainerInstanceRecord&)>;

/// Changes the record under the expectation that it is as it was seen; after a lost race looks again and
/// decides anew. `change` may be called several times.
/// Errors: `not_found`: there is no such instance; those of Store::commit().
Async<Result<void>> change_instance(store::Store& store, runtime::Runtime& runtime, std::string instance_key,
                                    InstanceChange change);

/// A session that began: its epoch, and the block of payload sequence numbers it may use.
struct OpenedSession {
  std::int64_t epoch = 0;
  std::int64_t sequence_first = 0;
  std::int64_t sequence_last = 0;
  /// The agent had been away, and may not know yet which tasks were declared STOPPED meanwhile.
  bool was_away = false;
};

/// Makes `owner` the owner of the instance's session: epoch + 1, agent connected, versions as the agent says.
/// The time since which it was away stays, for the case that this session breaks before forget_absence().
/// Older sessions see the new epoch and close.
/// Errors: `closed`: the instance is INACTIVE; those of change_instance().
Async<Result<OpenedSession>> open_session(store::Store& store, runtime::Runtime& runtime,
                                          SocketContext context, std::string owner,
                                          std::int64_t sequence_block);

/// Reserves the next block of payload sequence numbers, durably. Gives the last one.
/// Errors: `closed`: the session is not the instance's any more; those of change_instance().
Async<Result<std::int64_t>> reserve_sequence(store::Store& store, runtime::Runtime& runtime,
                                             std::string instance_key, std::int64_t epoch,
                                             std::int64_t sequence_block);

/// The agent knows what was given up while it was away: unless the session changed hands since `epoch`.
Async<Result<void>> forget_absence(store::Store& store, runtime::Runtime& runtime, std::string instance_key,
                                   std::int64_t epoch);

/// The agent is gone: unless the session changed hands since `epoch`.
Async<Result<void>> mark_disconnected(store::Store& store, runtime::Runtime& runtime,
                                      std::string instance_key, std::int64_t epoch);

}  // namespace berth::gateway
