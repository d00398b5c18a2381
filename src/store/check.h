#pragma once
#include <vector>

#include "base/result.h"
#include "store/transaction.h"

namespace berth::store {

/// What a transaction would change in `tables`, all changes carrying `revision`; expectations, claims, limits
/// and the writer's rights are checked. Pure.
///
/// Errors: those of Store::commit(): `conflict`, `too_large`, `denied`.
Result<std::vector<Change>> check_transaction(const Tables& tables, const Transaction& transaction,
                                              Revision revision);

}  // namespace berth::store
