#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "journal/log_types.h"

namespace berth::journal {

/// A batch that was accepted and is not in a segment yet. Never changed once it is in a state.
struct Batch {
  GroupKey group;
  std::string stream;
  std::string token;
  std::uint64_t digest = 0;
  std::int64_t ingestion_ms = 0;
  std::uint64_t first_sequence = 0;
  std::vector<NewLogEvent> events;
  std::uint64_t bytes = 0;  ///< Of the texts, and kEventOverheadBytes for each.
};
inline constexpr std::uint64_t kEventOverheadBytes =
    26;  ///< What the API counts for an event besides its text.
std::uint64_t bytes_of(const std::vector<NewLogEvent>& events);

/// A group as it is from now on; made when it was not there.
struct PutGroup {
  GroupKey group;
  GroupRecord record;
};
struct DeleteGroup {
  GroupKey group;
};
struct PutStream {
  GroupKey group;
  std::string stream;
  std::uint64_t id = 0;
  std::int64_t created_ms = 0;
};
struct DeleteStream {
  GroupKey group;
  std::string stream;
};
/// No change of the state: an earlier write-ahead log counts only as far as it was acknowledged.
struct LogEnds {
  std::uint64_t log = 0, bytes = 0;
};
using BatchPtr = std::shared_ptr<const Batch>;
using Change = std::variant<PutGroup, DeleteGroup, PutStream, DeleteStream, LogEnds, BatchPtr>;

/// What is known of a segment without reading it.
struct SegmentInfo {
  std::uint64_t number = 0;  ///< Its file's.
  Position first, last;
  std::uint64_t events = 0, raw_bytes = 0, disk_bytes = 0;
  std::vector<std::uint64_t> streams;  ///< In order; empty: more than kSegmentStreamsMax.
};
inline constexpr std::size_t kSegmentStreamsMax = 64;

/// A batch with the id of its stream.
struct OpenBatch {
  std::uint64_t stream = 0;
  BatchPtr batch;
};

struct GroupState {
  GroupRecord record;
  std::map<std::string, StreamRecord, std::less<>> streams;
  std::vector<SegmentInfo> segments;
  std::vector<OpenBatch> open;  ///< In order of arrival.
  std::uint64_t open_bytes = 0;
};

/// All that the journal knows: the catalogue, and what is not in segments yet. Pure.
struct LogState {
  std::map<GroupKey, GroupState> groups;
  std::uint64_t next_id = 1;        ///< Of groups, streams, segments.
  std::uint64_t next_sequence = 1;  ///< Of events.
  std::uint64_t log_number = 1;     ///< The first write-ahead log that counts.

  const GroupState* find(const GroupKey& key) const;
  GroupState* find(const GroupKey& key);
  std::uint64_t open_bytes() const;
  std::uint64_t disk_bytes() const;

  /// A change that was decided on this state, or is read back in the order in which it was written.
  void apply(const Change& change);
  /// A batch that the catalogue has counted already.
  void apply_carried(const BatchPtr& batch);
};

}  // namespace berth::journal
