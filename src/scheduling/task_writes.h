#pragma once
#include "base/result.h"
#include "domain/build_task.h"
#include "domain/limits.h"
#include "placement/request.h"
#include "store/transaction.h"

namespace berth::scheduling {

/// What a task of `plan` needs of an instance. `constraints` and `strategies` are the request's; those of the
/// task definition are added. Instances that registered no capabilities at all (agents of 2015) are asked for
/// none. Of the limits, reserved_ports_per_instance counts. `cache`: of expressions, for who makes the
/// request again; may be null.
/// Errors: `invalid`, in the API's words.
Result<placement::PlacementRequest> placement_request(
    const domain::TaskPlan& plan, const std::vector<placement::RawConstraint>& constraints,
    const std::vector<placement::RawStrategy>& strategies, const domain::Limits& limits,
    placement::QueryCache* cache = nullptr);

store::Resources resources_of(const domain::TaskRecord& task);
std::string instance_key_of(const domain::TaskRecord& task);

/// A task comes into being: its record, and its claim on the instance it was placed on.
void add_task(store::Transaction& transaction, domain::TaskRecord task);

/// A task moves on: its record, expected unchanged since it was seen; if it has just stopped, its resources
/// are given back in the same transaction, so that they are released exactly once.
void move_task(store::Transaction& transaction, const store::Stored<domain::TaskRecord>& before,
               domain::TaskRecord after);

}  // namespace berth::scheduling
