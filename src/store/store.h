#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/async.h"
#include "runtime/sync.h"
#include "store/transaction.h"
#include "store/view.h"

namespace berth::store {

/// Changes queued for a Watch that is not read; beyond it the watch answers `too_large` once ("compacted")
/// and goes on from the present: its reader must look at everything anew.
inline constexpr std::size_t kWatchQueueMax = 100'000;

/// The stream of durable changes from the moment of its making, each exactly once, in order.
/// Runs on:      the executor it was made for.
/// Cancellation: no change is lost.
class Watch {
 public:
  virtual ~Watch() = default;
  /// Waits for changes; at least one.
  /// Errors: `too_large` (compacted; see kWatchQueueMax).
  virtual Async<Result<std::vector<Change>>> next() = 0;
};

/// Calls a notifier when a durable change touched a group of an index. Ends when destroyed.
class Subscription {
 public:
  virtual ~Subscription() = default;
};

/// The shared state of a cluster of control planes: optimistic concurrency, durable, with a change feed.
///
/// Runs on:      any thread; coroutines resume on their own executor.
/// Errors:       commit(): `conflict` when an expectation or claim no longer holds (take a new view and
///               decide again, never resend); `unavailable` outcome unknown: ask outcome_of(); `too_large`;
///               `denied` when the writer does not own a change of a task's status.
/// Cancellation: during commit() the outcome is unknown.
class Store {
 public:
  virtual ~Store() = default;
  virtual Async<View> read() = 0;
  /// Completes when the transaction is durable; gives its revision.
  virtual Async<Result<Revision>> commit(Transaction transaction) = 0;
  /// Whether a transaction whose outcome was unknown is in the store. Ids are kept for the newest 10 000
  /// transactions.
  virtual Async<Result<bool>> outcome_of(std::string transaction_id) = 0;
  virtual Revision durable() const = 0;
  /// Holds an answer until the revision it was made from is durable.
  /// Errors: `unavailable` when that revision was lost.
  virtual Async<Result<void>> until_durable(Revision revision) = 0;

  virtual std::unique_ptr<Watch> watch(Executor executor) = 0;
  template <class R>
  std::unique_ptr<Subscription> subscribe(const Index<R>& index, std::string group,
                                          const runtime::Notifier& notifier) {
    return subscribe_group(Schema<R>::kind, index.slot, std::move(group), notifier.handle());
  }
  /// Wakes on changes of one record.
  template <class R>
  std::unique_ptr<Subscription> subscribe_record(std::string key, const runtime::Notifier& notifier) {
    return subscribe_key(Schema<R>::kind, std::move(key), notifier.handle());
  }

 protected:
  virtual std::unique_ptr<Subscription> subscribe_group(Kind kind, std::uint8_t slot, std::string group,
                                                        runtime::Notifier::Handle handle) = 0;
  virtual std::unique_ptr<Subscription> subscribe_key(Kind kind, std::string key,
                                                      runtime::Notifier::Handle handle) = 0;
};

}  // namespace berth::store
