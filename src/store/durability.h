#pragma once
#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include "base/result.h"
#include "runtime/async.h"
#include "runtime/sync.h"
#include "store/table.h"

namespace berth::store {

/// Ranges of lost revisions that are remembered; a reader that is further behind than this many failures is
/// long gone.
inline constexpr std::size_t kLostRangesMax = 1000;

/// How far the store is durable, who waits for it, and which revisions were applied but never became durable.
///
/// Runs on: any thread.
class Durability {
 public:
  Revision head() const { return Revision(head_.load(std::memory_order_acquire)); }
  /// Errors: `unavailable` when `revision` was lost, or close() came first.
  Async<Result<void>> until(Revision revision);

  /// Everything up to `head` is durable, save for what was lost.
  void advance(Revision head);
  /// What lies behind the durable head, up to `applied`, is lost or may be: who waits for any of it gets
  /// `error`. To be called when the tables show it no more: whoever hears of it looks at them again.
  void lose(Revision applied, const Error& error);
  /// Nothing more becomes durable.
  void close(const Error& error);

 private:
  struct Waiter {
    Revision revision;
    runtime::Promise<Result<void>> answer;
  };
  bool lost(Revision revision) const;

  std::atomic<std::uint64_t> head_{0};
  std::atomic<bool> any_lost_{false};
  std::mutex mutex_;
  std::vector<Waiter> waiters_;
  std::vector<std::pair<Revision, Revision>> lost_;  // (first - 1, last]
  bool closed_ = false;
};

}  // namespace berth::store
