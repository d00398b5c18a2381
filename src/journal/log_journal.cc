#include "journal/log_journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/log.h"
#include "journal/byte_codec.h"
#include "journal/catalogue_codec.h"
#include "journal/frame_codec.h"
#include "journal/log_core.h"
#include "runtime/offload.h"

namespace berth::journal {
namespace {

constexpr std::string_view kLogName = "log-", kSegmentName = "segment-";

std::optional<std::uint64_t> number_in(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : name.substr(prefix.size())) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

Error no_group(const GroupKey& group) {
  return not_found(fmt::format("log group {}", group.name));
}

std::string touch_of(const GroupKey& group, const std::string& stream) {
  return fmt::format("{}\n{}\n{}\n{}", group.account, group.region, group.name, stream);
}

std::uint64_t digest_of(const std::vector<NewLogEvent>& events) {
  std::uint64_t sum = digest({});
  for (const auto& event : events) {
    sum = digest(event.message, sum);
    sum = digest(fmt::format("\n{}\n", event.timestamp_ms), sum);
  }
  return sum;
}

}  // namespace

std::string LogJournal::Core::path_of_log(std::uint64_t number) const {
  return fmt::format("{}/{}{}", deps_.folder, kLogName, number);
}

std::string LogJournal::Core::path_of_segment(std::uint64_t number) const {
  return fmt::format("{}/{}{}", deps_.folder, kSegmentName, number);
}

Result<void> LogJournal::Core::open() {
  if (auto made = deps_.files.make_directories(deps_.folder, 0700); !made) return made;
  auto bytes = deps_.files.read(path_of_catalogue(), std::size_t{1} << 32);
  if (bytes) {
    auto state = decode_catalogue(*bytes);
    if (!state) return std::move(state).error();
    state_ = *std::move(state);
  } else if (bytes.error().code != ErrorCode::not_found) {
    return std::move(bytes).error();
  }
  auto names = deps_.files.list(deps_.folder);
  if (!names) return std::move(names).error();
  for (const auto& name : *names)
    if (const auto number = number_in(name, kLogName)) logs_.push_back(*number);
  std::sort(logs_.begin(), logs_.end());
  if (auto replayed = replay(); !replayed) return replayed;
  // What is torn at its end cannot be added to.
  current_log_ = std::max(state_.log_number, logs_.empty() ? 0 : logs_.back() + 1);
  return remove_strays();
}

Result<void> LogJournal::Core::replay() {
  std::map<std::uint64_t, std::string> logs;
  for (const auto number : logs_) {
    if (number < state_.log_number) continue;
    auto bytes = deps_.files.read(path_of_log(number), std::size_t{1} << 32);
    if (!bytes) return std::move(bytes).error();
    logs[number] = *std::move(bytes);
  }
  // What stands behind an end was refused, although it may be whole.
  for (const auto& [number, bytes] : logs)
    read_frames(bytes, [&](const Change& change, Carried) {
      const auto* end = std::get_if<LogEnds>(&change);
      if (!end) return;
      const auto log = logs.find(end->log);
      if (log != logs.end() && end->bytes < log->second.size()) log->second.resize(end->bytes);
    });
  for (const auto& [number, bytes] : logs) {
    read_frames(bytes, [&, number = number](const Change& change, Carried carried) {
      if (carried == Carried::no)
        state_.apply(change);
      else if (number == state_.log_number)
        state_.apply_carried(std::get<BatchPtr>(change));
    });
    log_bytes_ += bytes.size();
  }
  return {};
}

// Segments that no catalogue names were being written when the process ended.
Result<void> LogJournal::Core::remove_strays() {
  std::set<std::uint64_t> known;
  for (const auto& [key, group] : state_.groups)
    for (const auto& segment : group.segments) known.insert(segment.number);
  auto names = deps_.files.list(deps_.folder);
  if (!names) return std::move(names).error();
  for (const auto& name : *names) {
    const auto segment = number_in(name, kSegmentName);
    const auto log = number_in(name, kLogName);
    const bool stray = (segment && !known.contains(*segment)) || (log && *log < state_.log_number);
    if (segment) state_.next_id = std::max(state_.next_id, *segment + 1);
    if (!stray) continue;
    if (auto removed = deps_.files.remove(deps_.folder + "/" + name); !removed) return removed;
  }
  std::erase_if(logs_, [this](std::uint64_t number) { return number < state_.log_number; });
  return {};
}

Async<Result<void>> LogJournal::Core::submit(QueuedChange change) {
  const auto done = change.done;
  bool begin = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) co_return unavailable("the log journal is closed");
    if (queued_bytes_ + change.bytes > limits_.queue_bytes_max)
      co_return unavailable("too many log events wait to be written");
    queued_bytes_ += change.bytes;
    queue_.push_back(std::move(change));
    begin = !working_;
    working_ = true;
  }
  if (begin) runtime::post_to(deps_.writer, [self = shared_from_this()] { self->work(); });
  co_return co_await done.wait();
}

void LogJournal::Core::refuse_more() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

void LogJournal::Core::work() {
  auto some = take_some();
  if (some.empty()) return;
  commit(std::move(some));
  if (log_bytes_ >= limits_.open_bytes_max) seal();
  // Anew, so that what else runs on the executor has its turn.
  runtime::post_to(deps_.writer, [self = shared_from_this()] { self->work(); });
}

std::vector<QueuedChange> LogJournal::Core::take_some() {
  const std::lock_guard lock(mutex_);
  std::vector<QueuedChange> some;
  std::set<std::string> touched;
  std::uint64_t bytes = 0;
  while (!queue_.empty()) {
    auto& next = queue_.front();
    const bool alone = next.touches.empty();
    if (!some.empty() && (alone || bytes >= limits_.commit_bytes_max)) break;
    if (!alone && !touched.insert(next.touches).second) break;
    bytes += next.bytes;
    queued_bytes_ -= next.bytes;
    some.push_back(std::move(next));
    queue_.pop_front();
    if (alone) break;
  }
  if (some.empty()) working_ = false;
  return some;
}

void LogJournal::Core::commit(std::vector<QueuedChange> changes) {
  std::string frames;
  std::vector<Change> decided;
  std::vector<Result<void>> outcomes(changes.size());
  std::uint64_t sequence = state_.next_sequence, events = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto change = changes[i].decide(state_);
    if (!change) {
      outcomes[i] = std::move(change).error();
      continue;
    }
    if (!*change) continue;
    if (auto* batch = std::get_if<BatchPtr>(&**change)) {
      auto numbered = std::make_shared<Batch>(**batch);
      numbered->first_sequence = sequence;
      sequence += numbered->events.size();
      events += numbered->events.size();
      *batch = std::move(numbered);
    }
    append_frame(frames, **change);
    decided.push_back(**std::move(change));
  }
  auto written = frames.empty() ? Result<void>() : write_log(frames);
  {
    const std::lock_guard lock(mutex_);
    if (written) {
      for (const auto& change : decided) state_.apply(change);
      figures_.events += events;
    } else {
      ++figures_.failed_writes;
    }
  }
  for (std::size_t i = 0; i < changes.size(); ++i)
    changes[i].done.set(!outcomes[i] || written ? std::move(outcomes[i]) : written);
}

Result<void> LogJournal::Core::write_log(std::string_view frames) {
  const bool fresh = logs_.empty() || logs_.back() != current_log_;
  const auto path = path_of_log(current_log_);
  std::string text;
  if (fresh)
    for (const auto& end : ends_) append_frame(text, end);
  text += frames;
  auto written = fresh ? deps_.files.write_atomically(path, text, 0600)
                       : deps_.files.append(path, text, runtime::Files::Sync::now);
  if (fresh) {
    logs_.push_back(current_log_);
    current_bytes_ = 0;
  }
  if (written) {
    current_bytes_ += text.size();
    log_bytes_ += text.size();
    if (std::exchange(failing_, false)) spdlog::info("log journal: log events are stored again");
    return {};
  }
  if (!std::exchange(failing_, true)) spdlog::error("log journal: {}", written.error().message);
  // What stands behind the last good byte is not known: what comes goes to another log, which says so.
  ends_.push_back({current_log_++, current_bytes_});
  return unavailable("log events cannot be stored: " + written.error().message);
}

JournalFigures LogJournal::Core::figures() const {
  const std::lock_guard lock(mutex_);
  JournalFigures out = figures_;
  out.groups = state_.groups.size();
  out.open_bytes = state_.open_bytes();
  for (const auto& [key, group] : state_.groups) {
    out.streams += group.streams.size();
    out.segments += group.segments.size();
    for (const auto& segment : group.segments) out.disk_bytes += segment.disk_bytes;
  }
  return out;
}

LogJournal::LogJournal(JournalDeps deps, LogLimits limits)
    : core_(std::make_shared<Core>(std::move(deps), limits)) {}
LogJournal::~LogJournal() = default;

Result<void> LogJournal::open() {
  return core_->open();
}

Async<void> LogJournal::close() {
  QueuedChange last;
  last.decide = [](const LogState&) -> Result<std::optional<Change>> { return std::optional<Change>(); };
  auto waiting = core_->submit(std::move(last));
  const auto ended = co_await std::move(waiting);
  static_cast<void>(ended);
  core_->refuse_more();
}

Async<Result<void>> LogJournal::change_group(GroupKey group, ChangeGroup change) {
  QueuedChange queued;
  queued.decide = [group, change = std::move(change), most = core_->limits().groups_max](
                      const LogState& state) -> Result<std::optional<Change>> {
    const auto* there = state.find(group);
    auto record = change(there ? &there->record : nullptr);
    if (!record) return std::move(record).error();
    if (!there && state.groups.size() >= most)
      return Error{ErrorCode::too_large, "there are too many log groups", Retry::no};
    record->id = there ? there->record.id : state.next_id;
    return std::optional<Change>(PutGroup{group, *std::move(record)});
  };
  return core_->submit(std::move(queued));
}

Async<Result<void>> LogJournal::delete_group(GroupKey group) {
  QueuedChange queued;
  queued.decide = [group](const LogState& state) -> Result<std::optional<Change>> {
    if (!state.find(group)) return no_group(group);
    return std::optional<Change>(DeleteGroup{group});
  };
  return core_->submit(std::move(queued));
}

Async<Result<void>> LogJournal::create_stream(GroupKey group, std::string stream) {
  QueuedChange queued;
  queued.decide = [group, stream, now = core_->deps().runtime.clock().wall().ms,
                   most =
                       core_->limits().streams_max](const LogState& state) -> Result<std::optional<Change>> {
    const auto* there = state.find(group);
    if (!there) return no_group(group);
    if (there->streams.contains(stream)) return conflict("log stream " + stream);
    if (there->streams.size() >= most)
      return Error{ErrorCode::too_large, "the log group has too many streams", Retry::no};
    return std::optional<Change>(PutStream{group, stream, state.next_id, now});
  };
  return core_->submit(std::move(queued));
}

Async<Result<void>> LogJournal::delete_stream(GroupKey group, std::string stream) {
  QueuedChange queued;
  queued.decide = [group, stream](const LogState& state) -> Result<std::optional<Change>> {
    const auto* there = state.find(group);
    if (!there) return no_group(group);
    if (!there->streams.contains(stream)) return not_found("log stream " + stream);
    return std::optional<Change>(DeleteStream{group, stream});
  };
  return core_->submit(std::move(queued));
}

Async<Result<void>> LogJournal::append(AppendRequest request) {
  auto batch = std::make_shared<Batch>();
  batch->group = std::move(request.group);
  batch->stream = std::move(request.stream);
  batch->token = std::move(request.token);
  batch->events = std::move(request.events);
  batch->digest = digest_of(batch->events);
  batch->bytes = bytes_of(batch->events);
  batch->ingestion_ms = core_->deps().runtime.clock().wall().ms;
  QueuedChange queued;
  queued.touches = touch_of(batch->group, batch->stream);
  queued.bytes = batch->bytes;
  queued.decide = [batch = BatchPtr(batch)](const LogState& state) -> Result<std::optional<Change>> {
    const auto* group = state.find(batch->group);
    if (!group) return no_group(batch->group);
    const auto stream = group->streams.find(batch->stream);
    if (stream == group->streams.end()) return not_found("log stream " + batch->stream);
    const bool repeated = !batch->token.empty() && stream->second.token == batch->token &&
                          stream->second.digest == batch->digest;
    if (repeated || batch->events.empty()) return std::optional<Change>();
    return std::optional<Change>(batch);
  };
  return core_->submit(std::move(queued));
}

std::optional<LogJournal::Named> LogJournal::find_group(const GroupKey& group) const {
  return core_->look([&](const LogState& state) -> std::optional<Named> {
    const auto* there = state.find(group);
    if (!there) return std::nullopt;
    Named named{group.name, there->record, 0};
    for (const auto& segment : there->segments) named.stored_bytes += segment.disk_bytes;
    return named;
  });
}

std::vector<LogJournal::Named> LogJournal::list_groups(
    const std::string& account, const std::string& region, const std::string& after, std::size_t limit,
    const std::function<bool(const std::string& name)>& wanted) const {
  return core_->look([&](const LogState& state) {
    std::vector<Named> found;
    for (auto at = state.groups.upper_bound({account, region, after}); at != state.groups.end(); ++at) {
      if (at->first.account != account || at->first.region != region || found.size() == limit) break;
      if (!wanted(at->first.name)) continue;
      found.push_back({at->first.name, at->second.record, 0});
      for (const auto& segment : at->second.segments) found.back().stored_bytes += segment.disk_bytes;
    }
    return found;
  });
}

std::optional<std::vector<LogJournal::NamedStream>> LogJournal::list_streams(
    const GroupKey& group, const std::string& prefix) const {
  return core_->look([&](const LogState& state) -> std::optional<std::vector<NamedStream>> {
    const auto* there = state.find(group);
    if (!there) return std::nullopt;
    std::vector<NamedStream> found;
    for (auto at = there->streams.lower_bound(prefix); at != there->streams.end(); ++at) {
      if (!at->first.starts_with(prefix)) break;
      found.push_back({at->first, at->second});
    }
    return found;
  });
}

std::optional<StreamRecord> LogJournal::find_stream(const GroupKey& group, const std::string& stream) const {
  return core_->look([&](const LogState& state) -> std::optional<StreamRecord> {
    const auto* there = state.find(group);
    if (!there) return std::nullopt;
    const auto found = there->streams.find(stream);
    if (found == there->streams.end()) return std::nullopt;
    return found->second;
  });
}

Async<Result<LogPage>> LogJournal::read(LogQuery query) {
  return runtime::run_on(core_->deps().readers,
                         [core = core_, query = std::move(query)] { return core->read(query); });
}

JournalFigures LogJournal::figures() const {
  return core_->figures();
}

}  // namespace berth::journal
