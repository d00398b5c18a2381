#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"

namespace berth::journal {

/// Where an event stands among those of its group: by its time, then by the order of arrival.
struct Position {
  std::int64_t timestamp_ms = 0;
  std::uint64_t sequence = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

struct LogEvent {
  Position position;
  std::int64_t ingestion_ms = 0;
  std::uint64_t stream = 0;  ///< StreamRecord::id
  std::string message;
};

/// What a writer sends: its own time and text.
struct NewLogEvent {
  std::int64_t timestamp_ms = 0;
  std::string message;
};

/// A log group is one of a realm: the same name may be in several.
struct GroupKey {
  std::string account, region, name;
  friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
};

struct GroupRecord {
  std::uint64_t id = 0;  ///< Given by the journal; a group that is made again has another.
  std::int64_t created_ms = 0;
  std::int32_t retention_days = 0;  ///< 0: for ever.
  std::uint64_t bytes_max = 0;      ///< On disk; beyond it the oldest go. 0: only the bound of all.
  std::string group_class;          ///< Echoed.
  std::string kms_key_id;           ///< Echoed.
  bool deletion_protected = false;
  std::map<std::string, std::string> tags;
};

struct StreamRecord {
  std::uint64_t id = 0;
  std::int64_t created_ms = 0;
  std::int64_t first_event_ms = 0, last_event_ms = 0, last_ingestion_ms = 0;  ///< 0: no event yet.
  std::uint64_t events = 0, bytes = 0;
  /// Of the newest batch: the writer's token and a digest of what was in it, so that a repetition is known.
  std::string token;
  std::uint64_t digest = 0;
};

/// Every bound of the journal.
struct LogLimits {
  std::uint64_t disk_bytes_max = 4ULL << 30;   ///< Of all segments; beyond it the oldest go.
  std::uint64_t open_bytes_max = 8ULL << 20;   ///< Of the write-ahead log before it becomes segments.
  std::uint64_t segment_bytes_max = 8U << 20;  ///< Of text in one segment, before compression.
  std::uint64_t queue_bytes_max = 64U << 20;   ///< Of events that wait to be written.
  std::uint64_t commit_bytes_max = 4U << 20;   ///< Written with one fsync.
  std::uint64_t scan_bytes_max = 256U << 20;   ///< Of text that one read looks through.
  std::size_t groups_max = 100'000;
  std::size_t streams_max = 2'000'000;
};

/// For /metrics and `berth status`.
struct JournalFigures {
  std::uint64_t groups = 0, streams = 0, segments = 0, disk_bytes = 0, open_bytes = 0;
  std::uint64_t events = 0;         ///< Accepted since the start.
  std::uint64_t dropped_bytes = 0;  ///< On disk, by the bounds of size; since the start.
  std::uint64_t failed_writes = 0;  ///< Since the start.
};

}  // namespace berth::journal
