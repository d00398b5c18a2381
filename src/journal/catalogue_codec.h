#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "journal/byte_codec.h"
#include "journal/log_state.h"

namespace berth::journal {

void write_key(ByteWriter& writer, const GroupKey& key);
GroupKey read_key(ByteReader& reader);
void write_record(ByteWriter& writer, const GroupRecord& record);
GroupRecord read_record(ByteReader& reader);

/// The state without its open batches.
std::string encode_catalogue(const LogState& state);
/// Errors: `internal` when it is damaged, or of a newer Berth.
Result<LogState> decode_catalogue(std::string_view bytes);

}  // namespace berth::journal
