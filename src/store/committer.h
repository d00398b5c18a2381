#pragma once
#include <memory>
#include <string>

#include "runtime/runtime.h"
#include "runtime/task_group.h"
#include "store/engine.h"
#include "store/store.h"
#include "store/write_health.h"

namespace berth::store {

struct CommitCore;
class CommitLoop;

/// Transactions that may wait; beyond it commit() answers `unavailable` ("overloaded").
inline constexpr std::size_t kCommitQueueMax = 100'000;
/// A batch that is made durable together.
inline constexpr std::size_t kBatchTransactionsMax = 1'000;
inline constexpr std::size_t kBatchBytesMax = 8U << 20;
/// How often a batch tries again because another control plane was first.
inline constexpr int kConflictRetriesMax = 64;

/// The Store: checks each transaction at the head, one after another, and makes them durable in batches
/// through an engine. Everything that arrives while one batch is being written becomes the next.
///
/// Borrows: engine and runtime, until stop() has completed.
/// Runs on: start() and stop() on `executor` (a thread of its own in production); everything else on any
///          thread.
/// Errors:  see Store. After a failure of the engine everybody who waits gets `unavailable`, the tables are
///          read anew, watches answer `too_large`, and revisions go on above all that were ever seen.
/// Reads:   read() does not wait for an engine of our own. It asks a shared one for its head first, and
///          waits until this replica has caught up with it: whoever was told of a change, by whichever
///          control plane, then sees it here.
class Committer final : public Store {
 public:
  Committer(Engine& engine, runtime::Runtime& runtime, Executor executor);
  ~Committer() override;

  /// Loads everything.
  /// Errors: those of Engine::load(): the store cannot be read, or is of a newer version.
  Async<Result<void>> start();
  /// Ends the loops. What waits is answered `unavailable`; a batch that is being written may still become
  /// durable.
  Async<void> stop();
  /// A copy of the durable state in a file of its own; commits go on meanwhile.
  Async<Result<void>> backup(std::string path);

  /// Whether it can write; any thread.
  WriteHealth::Report health() const;

  Async<View> read() override;
  Async<Result<Revision>> commit(Transaction transaction) override;
  Async<Result<bool>> outcome_of(std::string transaction_id) override;
  Revision durable() const override;
  Async<Result<void>> until_durable(Revision revision) override;
  std::unique_ptr<Watch> watch(Executor executor) override;

 protected:
  std::unique_ptr<Subscription> subscribe_group(Kind kind, std::uint8_t slot, std::string group,
                                                runtime::Notifier::Handle handle) override;
  std::unique_ptr<Subscription> subscribe_key(Kind kind, std::string key,
                                              runtime::Notifier::Handle handle) override;

 private:
  std::unique_ptr<CommitCore> core_;
  std::unique_ptr<CommitLoop> loop_;
  runtime::TaskGroup group_;
};

}  // namespace berth::store
