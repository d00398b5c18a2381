// From the write-ahead log to segments. The order of writes is what makes it safe: segments that nobody knows
// yet, a new log with what stays open, then the catalogue that names both; only then is the old removed.
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/log.h"
#include "journal/catalogue_codec.h"
#include "journal/frame_codec.h"
#include "journal/log_core.h"

namespace berth::journal {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

std::vector<LogEvent> open_events(const GroupState& group) {
  std::vector<LogEvent> events;
  for (const auto& open : group.open) {
    auto sequence = open.batch->first_sequence;
    for (const auto& event : open.batch->events)
      events.push_back(
          {{event.timestamp_ms, sequence++}, open.batch->ingestion_ms, open.stream, event.message});
  }
  return events;
}

std::uint64_t raw_bytes_of(std::span<const LogEvent> events) {
  std::uint64_t bytes = 0;
  for (const auto& event : events) bytes += event.message.size() + kEventOverheadBytes;
  return bytes;
}

SegmentInfo describe(std::span<const LogEvent> events, std::uint64_t number, std::uint64_t disk_bytes) {
  SegmentInfo info;
  info.number = number;
  info.first = events.front().position;
  info.last = events.back().position;
  info.events = events.size();
  info.raw_bytes = raw_bytes_of(events);
  info.disk_bytes = disk_bytes;
  for (const auto& event : events) {
    const auto at = std::lower_bound(info.streams.begin(), info.streams.end(), event.stream);
    if (at != info.streams.end() && *at == event.stream) continue;
    info.streams.insert(at, event.stream);
    if (info.streams.size() <= kSegmentStreamsMax) continue;
    info.streams.clear();
    break;
  }
  return info;
}

void drop_segment(GroupState& group, std::size_t index, std::vector<std::uint64_t>& gone) {
  gone.push_back(group.segments[index].number);
  group.segments.erase(group.segments.begin() + static_cast<std::ptrdiff_t>(index));
}

std::size_t oldest_of(const GroupState& group) {
  const auto at = std::min_element(group.segments.begin(), group.segments.end(),
                                   [](const auto& a, const auto& b) { return a.last < b.last; });
  return static_cast<std::size_t>(at - group.segments.begin());
}

std::uint64_t disk_bytes_of(const GroupState& group) {
  std::uint64_t bytes = 0;
  for (const auto& segment : group.segments) bytes += segment.disk_bytes;
  return bytes;
}

// The group whose oldest segment is the oldest of all. Null: there is no segment.
GroupState* group_with_oldest(LogState& state) {
  GroupState* found = nullptr;
  for (auto& [key, group] : state.groups) {
    if (group.segments.empty()) continue;
    if (!found || group.segments[oldest_of(group)].last < found->segments[oldest_of(*found)].last)
      found = &group;
  }
  return found;
}

}  // namespace

void LogJournal::Core::seal() {
  LogState next = state_;
  std::vector<std::uint64_t> gone;
  const std::vector<std::uint64_t> old_logs = logs_;
  drop_old(next, gone);
  auto sealed = seal_groups(next, gone);
  if (sealed) sealed = start_log(next, old_logs);
  if (!sealed) {
    if (!std::exchange(failing_, true)) spdlog::error("log journal: {}", sealed.error().message);
    log_bytes_ = limits_.open_bytes_max / 2;
    const std::lock_guard lock(mutex_);
    ++figures_.failed_writes;
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    std::swap(state_, next);
  }
  // Segments of groups that were deleted have nobody to name them any more.
  for (const auto& [key, group] : next.groups)
    if (!state_.groups.contains(key))
      for (const auto& segment : group.segments) gone.push_back(segment.number);
  const auto remove = [this](const std::string& path) {
    if (const auto removed = deps_.files.remove(path);
        !removed && removed.error().code != ErrorCode::not_found)
      spdlog::warn("log journal: {} stays", path);
  };
  for (const auto number : old_logs) remove(path_of_log(number));
  std::erase_if(logs_, [this](std::uint64_t number) { return number < state_.log_number; });
  for (const auto number : gone) remove(path_of_segment(number));
}

// The largest first, until half of the log is free: small groups wait, and so make few small files.
Result<void> LogJournal::Core::seal_groups(LogState& next, std::vector<std::uint64_t>& gone) {
  std::vector<GroupState*> groups;
  for (auto& [key, group] : next.groups)
    if (!group.open.empty()) groups.push_back(&group);
  std::stable_sort(groups.begin(), groups.end(),
                   [](const GroupState* a, const GroupState* b) { return a->open_bytes > b->open_bytes; });
  auto open = next.open_bytes();
  for (auto* group : groups) {
    if (open <= limits_.open_bytes_max / 2) break;
    open -= group->open_bytes;
    if (auto sealed = seal_group(*group, next, gone); !sealed) return sealed;
  }
  return {};
}

Result<void> LogJournal::Core::seal_group(GroupState& group, LogState& next,
                                          std::vector<std::uint64_t>& gone) {
  auto events = open_events(group);
  auto bytes = raw_bytes_of(events);
  // Small segments join, each time with at least as much as they are: an event is written anew a few times at
  // most.
  while (!group.segments.empty()) {
    const auto& last = group.segments.back();
    if (last.raw_bytes > 2 * bytes || last.raw_bytes + bytes > limits_.segment_bytes_max) break;
    const auto text = deps_.files.read(path_of_segment(last.number));
    if (!text) break;
    auto earlier = decode_segment(*text);
    if (!earlier) break;
    bytes += last.raw_bytes;
    events.insert(events.end(), std::make_move_iterator(earlier->begin()),
                  std::make_move_iterator(earlier->end()));
    drop_segment(group, group.segments.size() - 1, gone);
  }
  std::sort(events.begin(), events.end(),
            [](const LogEvent& a, const LogEvent& b) { return a.position < b.position; });
  group.open.clear();
  group.open_bytes = 0;
  return write_segments(events, group, next);
}

Result<void> LogJournal::Core::write_segments(const std::vector<LogEvent>& events, GroupState& group,
                                              LogState& next) {
  std::size_t begin = 0;
  while (begin < events.size()) {
    std::size_t end = begin;
    std::uint64_t bytes = 0;
    while (end < events.size() && (end == begin || bytes < limits_.segment_bytes_max))
      bytes += events[end++].message.size() + kEventOverheadBytes;
    const std::span<const LogEvent> some(events.data() + begin, end - begin);
    const auto number = next.next_id++;
    const auto encoded = encode_segment(some);
    if (auto written = deps_.files.write_atomically(path_of_segment(number), encoded, 0600); !written)
      return written;
    group.segments.push_back(describe(some, number, encoded.size()));
    begin = end;
  }
  return {};
}

// By the groups' retention, by their bounds, then by the bound of all.
void LogJournal::Core::drop_old(LogState& next, std::vector<std::uint64_t>& gone) {
  const auto now = deps_.runtime.clock().wall().ms;
  std::uint64_t dropped = 0;
  for (auto& [key, group] : next.groups) {
    const auto horizon = now - group.record.retention_days * kDayMs;
    for (std::size_t i = group.segments.size(); i-- > 0;)
      if (group.record.retention_days > 0 && group.segments[i].last.timestamp_ms < horizon)
        drop_segment(group, i, gone);
    while (group.record.bytes_max > 0 && disk_bytes_of(group) > group.record.bytes_max) {
      dropped += group.segments[oldest_of(group)].disk_bytes;
      drop_segment(group, oldest_of(group), gone);
    }
  }
  auto total = next.disk_bytes();
  while (total > limits_.disk_bytes_max) {
    auto* group = group_with_oldest(next);
    if (!group) break;
    const auto bytes = group->segments[oldest_of(*group)].disk_bytes;
    total -= bytes;
    dropped += bytes;
    drop_segment(*group, oldest_of(*group), gone);
  }
  if (dropped == 0) return;
  spdlog::warn("log journal: {} bytes of the oldest log events dropped, to stay within the bound", dropped);
  const std::lock_guard lock(mutex_);
  figures_.dropped_bytes += dropped;
}

Result<void> LogJournal::Core::start_log(LogState& next, const std::vector<std::uint64_t>& old_logs) {
  const auto number = std::max(current_log_, old_logs.empty() ? 0 : old_logs.back()) + 1;
  std::string frames;
  for (const auto& end : ends_) append_frame(frames, end);
  for (const auto& [key, group] : next.groups)
    for (const auto& open : group.open) append_frame(frames, open.batch, Carried::yes);
  next.log_number = number;
  logs_.push_back(number);
  // Should the catalogue not be written, the old logs count, and what comes goes behind this one.
  current_log_ = number + 1;
  if (auto written = deps_.files.write_atomically(path_of_log(number), frames, 0600); !written)
    return written;
  if (auto written = deps_.files.write_atomically(path_of_catalogue(), encode_catalogue(next), 0600);
      !written)
    return written;
  current_log_ = number;
  current_bytes_ = log_bytes_ = frames.size();
  ends_.clear();
  return {};
}

}  // namespace berth::journal
