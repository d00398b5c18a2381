#pragma once
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "store/schema.h"
#include "store/sqlite/connection.h"

namespace berth::store::sqlite {

/// The version of the tables that this program writes.
inline constexpr std::int64_t kSchemaVersion = 5;

/// Every kind of record that this program stores, in the order of their numbers: each has a table of its
/// name, which is made when it is missing. A new kind needs no migration.
std::vector<Kind> stored_kinds();

/// Brings a database (empty, or of any earlier version) to kSchemaVersion, in one transaction. One of an
/// earlier version stays beside it as PATH.schema-VERSION: the way back to the program before. Errors:
/// `invalid`: written by a newer Berth, or not a store of Berth at all; `unavailable`, also when there is no
///         room for that copy: then nothing has changed.
Result<void> migrate(Connection& connection);

/// The version of a database; 0 for an empty one.
/// Errors: as migrate(); a store with records of a kind that this program does not have is of a newer one.
Result<std::int64_t> schema_version(Connection& connection);

}  // namespace berth::store::sqlite
