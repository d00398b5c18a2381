#pragma once
#include "api/operation_table.h"

namespace berth::services::sts {

/// The operations of STS that Berth implements.
void add_operations(api::OperationTable& table);

}  // namespace berth::services::sts
