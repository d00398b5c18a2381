#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/schema.h"

namespace berth::store {

/// A record of the given kind as JSON text, unknown members included.
std::string encode_record(Kind kind, const void* record);

/// The record that JSON text holds. Lenient: members that this version does not know are kept.
/// Errors: `invalid`: not such a record, a kind without records in this version, or a key that is not the
///         record's own.
Result<std::shared_ptr<const void>> decode_record(Kind kind, std::string_view key, std::string_view value);

/// The groups of the wanted indexes that a record (of the kind) is in.
IndexEntries index_entries(Kind kind, const void* record,
                           IndexEntries::Slots wanted = IndexEntries::kAllSlots);

}  // namespace berth::store
