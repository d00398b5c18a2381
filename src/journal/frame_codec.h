#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "journal/log_state.h"

namespace berth::journal {

/// Adds a frame of the write-ahead log: length, checksum, the change. `carried` marks a batch that stood in
/// an earlier log and is counted in the catalogue.
enum class Carried { no, yes };
void append_frame(std::string& out, const Change& change, Carried carried = Carried::no);

/// Calls `take` for each whole frame, in order, and ends at the first that is torn: what follows it was never
/// acknowledged.
void read_frames(std::string_view log, const std::function<void(Change, Carried)>& take);

}  // namespace berth::journal
