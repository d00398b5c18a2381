#include "journal/log_state.h"

#include <algorithm>

namespace berth::journal {
namespace {

void open_batch(GroupState& group, std::uint64_t stream, const BatchPtr& batch) {
  group.open.push_back({stream, batch});
  group.open_bytes += batch->bytes;
}

void count(StreamRecord& stream, const Batch& batch) {
  for (const auto& event : batch.events) {
    if (stream.first_event_ms == 0 || event.timestamp_ms < stream.first_event_ms)
      stream.first_event_ms = event.timestamp_ms;
    stream.last_event_ms = std::max(stream.last_event_ms, event.timestamp_ms);
  }
  stream.last_ingestion_ms = batch.ingestion_ms;
  stream.events += batch.events.size();
  stream.bytes += batch.bytes;
  stream.token = batch.token;
  stream.digest = batch.digest;
}

void apply_to(LogState& state, const PutGroup& change) {
  state.groups[change.group].record = change.record;
  state.next_id = std::max(state.next_id, change.record.id + 1);
}

void apply_to(LogState& state, const DeleteGroup& change) {
  state.groups.erase(change.group);
}

void apply_to(LogState& state, const PutStream& change) {
  state.next_id = std::max(state.next_id, change.id + 1);
  auto* group = state.find(change.group);
  if (!group) return;
  auto& stream = group->streams[change.stream];
  stream.id = change.id;
  stream.created_ms = change.created_ms;
}

void apply_to(LogState& state, const DeleteStream& change) {
  auto* group = state.find(change.group);
  if (!group) return;
  const auto found = group->streams.find(change.stream);
  if (found == group->streams.end()) return;
  const auto id = found->second.id;
  std::erase_if(group->open, [&](const OpenBatch& open) {
    if (open.stream == id) group->open_bytes -= open.batch->bytes;
    return open.stream == id;
  });
  group->streams.erase(found);
}

void apply_to(LogState&, const LogEnds&) {}

void apply_to(LogState& state, const BatchPtr& batch) {
  const auto end = batch->first_sequence + batch->events.size();
  if (batch->first_sequence < state.next_sequence) return;
  state.next_sequence = end;
  auto* group = state.find(batch->group);
  if (!group) return;
  const auto stream = group->streams.find(batch->stream);
  if (stream == group->streams.end()) return;
  count(stream->second, *batch);
  open_batch(*group, stream->second.id, batch);
}

}  // namespace

std::uint64_t bytes_of(const std::vector<NewLogEvent>& events) {
  std::uint64_t bytes = 0;
  for (const auto& event : events) bytes += event.message.size() + kEventOverheadBytes;
  return bytes;
}

const GroupState* LogState::find(const GroupKey& key) const {
  const auto found = groups.find(key);
  return found == groups.end() ? nullptr : &found->second;
}

GroupState* LogState::find(const GroupKey& key) {
  const auto found = groups.find(key);
  return found == groups.end() ? nullptr : &found->second;
}

std::uint64_t LogState::open_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [key, group] : groups) bytes += group.open_bytes;
  return bytes;
}

std::uint64_t LogState::disk_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [key, group] : groups)
    for (const auto& segment : group.segments) bytes += segment.disk_bytes;
  return bytes;
}

void LogState::apply(const Change& change) {
  std::visit([this](const auto& one) { apply_to(*this, one); }, change);
}

void LogState::apply_carried(const BatchPtr& batch) {
  auto* group = find(batch->group);
  if (!group) return;
  const auto stream = group->streams.find(batch->stream);
  if (stream != group->streams.end()) open_batch(*group, stream->second.id, batch);
}

}  // namespace berth::journal
