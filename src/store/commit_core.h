#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "runtime/runtime.h"
#include "runtime/sync.h"
#include "runtime/task_group.h"
#include "store/durability.h"
#include "store/engine.h"
#include "store/feed.h"
#include "store/tables_lock.h"
#include "store/transaction.h"
#include "store/write_health.h"

// Parts of the committer; its face is store/committer.h.
namespace berth::store {

/// A transaction and who waits for it.
struct Submission {
  Transaction transaction;
  runtime::Promise<Result<Revision>> answer;
};
/// outcome_of() and who waits for it. It stands in the queue, so that it is answered after what was submitted
/// before it.
struct Question {
  std::string transaction_id;
  runtime::Promise<Result<bool>> answer;
};
using Item = std::variant<Submission, Question>;

/// Answers an item with an error.
void refuse(const Item& item, const Error& error);

/// What an engine shall write for the changes of one transaction. Allocations are written where several
/// processes append; one alone adds them up again when it reads its store (store/allocations.h).
enum class Allocations { written, left_out };
std::vector<EngineWrite> encode_changes(const std::vector<Change>& changes, Allocations allocations);

/// What waits to be committed.
/// Runs on: any thread; the reader is one coroutine.
class Submissions {
 public:
  /// Errors: `unavailable` when kCommitQueueMax wait already, or after close().
  Result<void> push(Item item);
  std::deque<Item> take(std::size_t count_max);
  bool empty() const;
  /// Refuses everything that waits.
  void refuse_all(const Error& error);
  void close();
  runtime::Notifier& wake() { return wake_; }

 private:
  mutable std::mutex mutex_;
  std::deque<Item> items_;
  bool closed_ = false;
  runtime::Notifier wake_;
};

/// What the loops of a committer share.
/// Runs on: the committer's executor, save where a member says "any thread".
struct CommitCore {
  Engine& engine;
  runtime::Runtime& runtime;
  Submissions submissions;
  Durability durability;
  Feed feed;
  TablesLock lock;
  WriteHealth health;
  std::unique_ptr<Tables> tables = std::make_unique<Tables>();  ///< Replaced only by reload().

  CommitCore(Engine& engine_in, runtime::Runtime& runtime_in) : engine(engine_in), runtime(runtime_in) {}

  void apply(const std::vector<Change>& changes, Revision head);
  /// Takes back what was applied and is certain not to become durable, as revision `head`. `changes` in the
  /// order in which they were applied.
  void take_back(const std::vector<Change>& changes, Revision head);
  /// Everything up to `head` is durable: tells watches and subscriptions, then lets answers go. In this
  /// order, so that a watch made after an answer does not see what the answer was about.
  void publish(const ChangeBatch& changes, Revision head);
  /// Reads everything from the engine; the tables change only when it succeeded. `at_least` is a head that
  /// readers have not seen yet; the new head is not below it. Gives the engine's own head. What the tables
  /// held before counts as lost unless the engine is shared: then tables that are already ahead stay.
  /// `replaced` runs when the tables hold what was read, before anybody hears that it is durable.
  Async<Result<Revision>> load(Revision at_least, std::function<void()> replaced = {});
  /// Shared engines: waits until the tables hold everything that was durable anywhere when it was called.
  /// While the engine does not answer it asks again: a reader rather waits than sees the past. Any thread.
  Async<void> catch_up();
  /// load() again and again until it succeeds; meanwhile, from the second try on, refuses who submits, and
  /// health says so. `tell` runs once: when the tables are replaced, or when that will take longer.
  Async<Revision> reload(Revision at_least, std::function<void()> tell = {});
};

/// The loop that turns submissions into durable transactions.
class CommitLoop {
 public:
  virtual ~CommitLoop() = default;
  /// Starts its coroutines. `engine_head` is that of the load.
  virtual void start(runtime::TaskGroup& group, Revision engine_head) = 0;
  /// After its coroutines have ended: answers everybody who still waits.
  virtual void abandon(const Error& error) = 0;
};

/// For an engine of our own: transactions are applied before they are durable, and the next batch is decided
/// while one is being written.
std::unique_ptr<CommitLoop> make_private_loop(CommitCore& core);
/// For an engine that others append to as well: nothing is applied before the engine took it.
std::unique_ptr<CommitLoop> make_shared_loop(CommitCore& core);

}  // namespace berth::store
