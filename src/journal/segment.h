#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "journal/log_types.h"

namespace berth::journal {

/// Bytes of events, which are in order of their positions: a filter of the texts, then the events' columns
/// and texts, compressed. Pure.
std::string encode_segment(std::span<const LogEvent> events);

/// What a reader wants of a segment, so that it need not be taken apart for nothing.
struct SegmentQuery {
  /// Texts of which each must be in an event; a segment that lacks one holds nothing for the reader.
  std::vector<std::string> terms;
};

/// The events. Nothing when the segment cannot hold what is asked for.
/// Errors: `internal` when it is damaged.
Result<std::vector<LogEvent>> decode_segment(std::string_view bytes, const SegmentQuery& query = {});

}  // namespace berth::journal
