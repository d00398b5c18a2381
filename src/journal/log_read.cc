#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "journal/log_core.h"

namespace berth::journal {
namespace {

constexpr int kAttemptsMax = 4;

struct Snapshot {
  std::map<std::uint64_t, std::string> streams;  ///< Those that are asked for, by id.
  std::vector<SegmentInfo> segments;
  std::vector<OpenBatch> open;
};

bool asked_for(const LogQuery& query, const std::string& name) {
  if (!name.starts_with(query.stream_prefix)) return false;
  return query.streams.empty() ||
         std::find(query.streams.begin(), query.streams.end(), name) != query.streams.end();
}

bool may_hold(const SegmentInfo& segment, const Snapshot& snapshot, const LogQuery& query) {
  if (segment.last.timestamp_ms < query.from_ms || segment.first.timestamp_ms >= query.until_ms) return false;
  if (query.boundary) {
    const bool forward = query.direction == LogQuery::Direction::forward;
    if (forward ? segment.last < *query.boundary : !(segment.first < *query.boundary)) return false;
  }
  if (segment.streams.empty()) return true;
  return std::any_of(segment.streams.begin(), segment.streams.end(),
                     [&](std::uint64_t id) { return snapshot.streams.contains(id); });
}

std::optional<Snapshot> take_snapshot(const LogState& state, const LogQuery& query) {
  const auto* group = state.find(query.group);
  if (!group) return std::nullopt;
  Snapshot snapshot;
  for (const auto& [name, stream] : group->streams)
    if (asked_for(query, name)) snapshot.streams.emplace(stream.id, name);
  for (const auto& segment : group->segments)
    if (may_hold(segment, snapshot, query)) snapshot.segments.push_back(segment);
  for (const auto& open : group->open)
    if (snapshot.streams.contains(open.stream)) snapshot.open.push_back(open);
  return snapshot;
}

// Merges what segments and open batches hold, in the direction of the query, reading a segment only when what
// it may hold comes next.
class Merge {
 public:
  Merge(const LogQuery& query, Snapshot snapshot, std::uint64_t scan_max)
      : query_(query),
        snapshot_(std::move(snapshot)),
        forward_(query.direction == LogQuery::Direction::forward),
        scan_left_(scan_max) {
    std::sort(
        snapshot_.segments.begin(), snapshot_.segments.end(),
        [this](const SegmentInfo& a, const SegmentInfo& b) { return before(begin_of(a), begin_of(b)); });
    add_open();
  }

  template <class ReadSegment>
  Result<LogPage> run(ReadSegment read_segment) {
    std::size_t at = 0;
    for (;;) {
      const bool more = at < snapshot_.segments.size();
      if (!give(more ? std::optional(begin_of(snapshot_.segments[at])) : std::nullopt))
        return std::move(page_);
      if (!more) break;
      const auto& segment = snapshot_.segments[at];
      if (scan_left_ == 0) {
        stop_at(begin_of(segment));
        return std::move(page_);
      }
      auto events = read_segment(segment);
      if (!events) return std::move(events).error();
      scan_left_ -= std::min(scan_left_, segment.raw_bytes);
      for (auto& event : *events) add(std::move(event));
      sort_ready();
      ++at;
    }
    page_.next = page_.events.empty() ? query_.boundary.value_or(Position{query_.from_ms, 0}) : beyond_last();
    return std::move(page_);
  }

 private:
  bool before(const Position& a, const Position& b) const { return forward_ ? a < b : b < a; }
  Position begin_of(const SegmentInfo& segment) const { return forward_ ? segment.first : segment.last; }

  void add_open() {
    for (const auto& open : snapshot_.open) {
      auto sequence = open.batch->first_sequence;
      for (const auto& event : open.batch->events)
        add({{event.timestamp_ms, sequence++}, open.batch->ingestion_ms, open.stream, event.message});
    }
    sort_ready();
  }

  void add(LogEvent event) {
    const auto& at = event.position;
    if (at.timestamp_ms < query_.from_ms || at.timestamp_ms >= query_.until_ms) return;
    if (query_.boundary && (forward_ ? at < *query_.boundary : !(at < *query_.boundary))) return;
    if (!snapshot_.streams.contains(event.stream)) return;
    if (query_.wanted && !query_.wanted(event.message)) return;
    ready_.push_back(std::move(event));
  }

  // The next one is last.
  void sort_ready() {
    std::sort(ready_.begin(), ready_.end(),
              [this](const LogEvent& a, const LogEvent& b) { return before(b.position, a.position); });
  }

  // Gives what comes before `end`. False: the page is full.
  bool give(const std::optional<Position>& end) {
    while (!ready_.empty() && (!end || before(ready_.back().position, *end))) {
      auto& event = ready_.back();
      const bool full =
          page_.events.size() >= query_.limit || bytes_ + event.message.size() > query_.bytes_max;
      if (full && !page_.events.empty()) {
        page_.complete = false;
        page_.next = beyond_last();
        return false;
      }
      bytes_ += event.message.size() + kEventOverheadBytes;
      page_.events.push_back(
          {snapshot_.streams.at(event.stream), event.position, event.ingestion_ms, std::move(event.message)});
      ready_.pop_back();
    }
    return true;
  }

  void stop_at(const Position& position) {
    page_.complete = false;
    page_.next = forward_ ? position : Position{position.timestamp_ms, position.sequence + 1};
  }

  Position beyond_last() const {
    const auto& last = page_.events.back().position;
    return forward_ ? Position{last.timestamp_ms, last.sequence + 1} : last;
  }

  const LogQuery& query_;
  Snapshot snapshot_;
  bool forward_;
  std::uint64_t scan_left_;
  std::size_t bytes_ = 0;
  std::vector<LogEvent> ready_;
  LogPage page_;
};

}  // namespace

Result<LogPage> LogJournal::Core::read(const LogQuery& query) const {
  Error failure;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto snapshot = look([&](const LogState& state) { return take_snapshot(state, query); });
    if (!snapshot) return not_found("log group " + query.group.name);
    auto page = Merge(query, *std::move(snapshot), limits_.scan_bytes_max)
                    .run([&](const SegmentInfo& segment) -> Result<std::vector<LogEvent>> {
                      auto bytes = deps_.files.read(path_of_segment(segment.number));
                      if (!bytes) return std::move(bytes).error();
                      return decode_segment(*bytes, query.segments);
                    });
    // Segments join and grow old meanwhile; then there is a new list of them.
    if (page || page.error().code != ErrorCode::not_found) return page;
    failure = std::move(page).error();
  }
  return unavailable(failure.message);
}

}  // namespace berth::journal
