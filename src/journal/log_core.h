#pragma once
#include <deque>
#include <mutex>

#include "journal/log_journal.h"

namespace berth::journal {

/// A change that waits for the writer.
struct QueuedChange {
  /// On the state as it then is: the change to write; nothing: there is nothing to do; or why not.
  std::function<Result<std::optional<Change>>(const LogState& state)> decide;
  std::string
      touches;  ///< Of those that touch the same, one is written at a time. Empty: it is written alone.
  std::uint64_t bytes = 0;
  runtime::Promise<Result<void>> done;
};

/// What the journal and the work it has begun share.
class LogJournal::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(JournalDeps deps, LogLimits limits) : deps_(std::move(deps)), limits_(limits) {}

  Result<void> open();
  Async<Result<void>> submit(QueuedChange change);
  void refuse_more();
  Result<LogPage> read(const LogQuery& query) const;

  const JournalDeps& deps() const { return deps_; }
  const LogLimits& limits() const { return limits_; }

  /// Looks at the state with no writer beside it.
  template <class F>
  auto look(F f) const {
    const std::lock_guard lock(mutex_);
    return f(state_);
  }
  JournalFigures figures() const;

 private:
  struct Sealed;  // What becomes of a group when its open batches become segments.

  void work();
  std::vector<QueuedChange> take_some();
  void commit(std::vector<QueuedChange> changes);
  Result<void> write_log(std::string_view frames);
  Result<void> replay();
  Result<void> remove_strays();

  void seal();
  Result<void> seal_groups(LogState& next, std::vector<std::uint64_t>& gone);
  Result<void> seal_group(GroupState& group, LogState& next, std::vector<std::uint64_t>& gone);
  Result<void> write_segments(const std::vector<LogEvent>& events, GroupState& group, LogState& next);
  void drop_old(LogState& next, std::vector<std::uint64_t>& gone);
  Result<void> start_log(LogState& next, const std::vector<std::uint64_t>& old_logs);

  std::string path_of_log(std::uint64_t number) const;
  std::string path_of_segment(std::uint64_t number) const;
  std::string path_of_catalogue() const { return deps_.folder + "/catalogue"; }

  JournalDeps deps_;
  LogLimits limits_;
  mutable std::mutex mutex_;
  LogState state_;  ///< Changed by the writer alone, under the lock.
  std::deque<QueuedChange> queue_;
  std::uint64_t queued_bytes_ = 0;
  bool working_ = false;
  bool closed_ = false;
  JournalFigures figures_;
  // The writer's own.
  std::uint64_t current_log_ = 1;
  std::uint64_t current_bytes_ = 0;  ///< Of the current log, that were acknowledged.
  std::uint64_t log_bytes_ = 0;      ///< Of all logs.
  /// Logs whose last write failed; the next log begins with these.
  std::vector<LogEnds> ends_;
  bool failing_ = false;             ///< And the log of the process says so.
  std::vector<std::uint64_t> logs_;  ///< That are on the disk.
};

}  // namespace berth::journal
