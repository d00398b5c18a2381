#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "journal/log_state.h"
#include "journal/segment.h"
#include "runtime/files.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"

namespace berth::journal {

/// What a journal works with. References outlive it, and what it has begun on the executors.
struct JournalDeps {
  runtime::Files& files;
  runtime::Runtime& runtime;
  Executor writer;   ///< Serial; may block. Nobody else's work should wait for it.
  Executor readers;  ///< May block.
  std::string folder;
};

/// Which events a reader wants, and from where on.
struct LogQuery {
  enum class Direction { forward, backward };
  GroupKey group;
  std::vector<std::string> streams;   ///< By name; those that are not there hold nothing. Empty: all.
  std::string stream_prefix;          ///< Besides `streams`.
  std::int64_t from_ms = 0;           ///< Inclusive.
  std::int64_t until_ms = INT64_MAX;  ///< Exclusive.
  /// Forward: events at it and after it. Backward: those before it.
  std::optional<Position> boundary;
  Direction direction = Direction::forward;
  std::size_t limit = 10'000;
  std::size_t bytes_max = 1U << 20;  ///< Of texts in the answer; one event is always given.
  SegmentQuery segments;             ///< Texts that each wanted event has.
  std::function<bool(const std::string& message)> wanted;  ///< Empty: all.
};

struct FoundEvent {
  std::string stream;
  Position position;
  std::int64_t ingestion_ms = 0;
  std::string message;
};

struct LogPage {
  std::vector<FoundEvent> events;  ///< In the direction that was asked for.
  bool complete = true;            ///< False: there may be more beyond `next`.
  Position next;                   ///< The boundary with which to go on, in the same direction.
};

/// Events of one writer to one stream.
struct AppendRequest {
  GroupKey group;
  std::string stream;
  /// The same token and the same events once more are acknowledged and not written again, as long as nothing
  /// else was written to the stream meanwhile. Empty: they are.
  std::string token;
  std::vector<NewLogEvent> events;
};

/// Log events in order, by group and stream; with the records of both.
///
/// A change waits in a queue; the writer takes many at a time, writes them with one fsync, and only then do
/// readers see them and are callers told. What was acknowledged is there after a crash.
///
/// Owns:         its folder; only one journal at a time.
/// Runs on:      any thread.
/// Errors:       `not_found`: the group or stream; `conflict`: it is there already; `too_large`: a limit;
///               `unavailable`: the disk failed or the queue is full: the outcome may be unknown, the same
///               request may be repeated.
/// Cancellation: a change that was begun is made all the same.
/// Limits:       LogLimits.
class LogJournal {
 public:
  LogJournal(JournalDeps deps, LogLimits limits);
  ~LogJournal();
  LogJournal(const LogJournal&) = delete;
  LogJournal& operator=(const LogJournal&) = delete;

  /// Reads back what is there. Before everything else; blocks.
  /// Errors: `internal`, in words for the operator.
  Result<void> open();
  /// Waits for what is queued. Changes that come later are refused.
  Async<void> close();

  /// Makes a record of what is there (null: nothing is); an error leaves it as it is.
  using ChangeGroup = std::function<Result<GroupRecord>(const GroupRecord* before)>;
  Async<Result<void>> change_group(GroupKey group, ChangeGroup change);
  Async<Result<void>> delete_group(GroupKey group);
  Async<Result<void>> create_stream(GroupKey group, std::string stream);
  Async<Result<void>> delete_stream(GroupKey group, std::string stream);
  Async<Result<void>> append(AppendRequest request);

  struct Named {
    std::string name;
    GroupRecord record;
    std::uint64_t stored_bytes = 0;
  };
  std::optional<Named> find_group(const GroupKey& group) const;
  /// Of the realm, in order of name, those for which `wanted` holds, after `after`.
  std::vector<Named> list_groups(const std::string& account, const std::string& region,
                                 const std::string& after, std::size_t limit,
                                 const std::function<bool(const std::string& name)>& wanted) const;
  struct NamedStream {
    std::string name;
    StreamRecord record;
  };
  /// All of a group whose names begin so, in order of name. Nothing: there is no such group.
  std::optional<std::vector<NamedStream>> list_streams(const GroupKey& group,
                                                       const std::string& prefix) const;
  std::optional<StreamRecord> find_stream(const GroupKey& group, const std::string& stream) const;

  /// Errors: `not_found`: no such group; `unavailable`: the disk.
  Async<Result<LogPage>> read(LogQuery query);

  JournalFigures figures() const;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace berth::journal
