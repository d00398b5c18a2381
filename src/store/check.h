#pragma once
#include <string>
#include <string_view>
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

/// What several transactions may be racing for, as the message of a conflict names it: "task KEY".
std::string contended_name(Kind kind, std::string_view key);
/// The name in the message of a conflict of commit(): a record's, a group's, or an instance's that is claimed
/// on.
std::string contended_name(const Error& conflict);

}  // namespace berth::store
