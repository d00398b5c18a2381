#pragma once
#include "api/operation_table.h"
#include "services/logs/call.h"

namespace berth::services::logs {

/// The operations of CloudWatch Logs that Berth implements. `deps` outlives the table.
void add_operations(api::OperationTable& table, const Deps& deps);

}  // namespace berth::services::logs
