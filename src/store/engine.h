#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/async.h"
#include "store/table.h"

namespace berth::store {

/// One durable write: a new value (JSON) or, without one, an erasure.
struct EngineWrite {
  Kind kind;
  std::string key;
  std::optional<std::string> value;
};

/// A run of transactions, made durable together, all or nothing. Their revisions are consecutive and end with
/// `head`; between `base` and the first of them there is a gap when revisions were lost in a failure.
struct EngineBatch {
  Revision base;                                 ///< The engine's head that it was decided on.
  Revision head;                                 ///< The engine's head after it.
  std::vector<std::string> transaction_ids;      ///< In order.
  std::vector<std::vector<EngineWrite>> writes;  ///< One list a transaction.

  Revision revision_of(std::size_t position) const {
    return Revision(head.value() - transaction_ids.size() + 1 + position);
  }
};

/// Newest transactions whose ids an engine remembers.
inline constexpr std::size_t kTransactionIdsKept = 10'000;

/// Where durable state lives: sqlite, etcd, or memory. One conformance suite holds for all.
///
/// Runs on:      the committer's executor; load(), append() and contains() one call at a time, next() and
///               backup() beside them. Slow work happens elsewhere.
/// Errors:       `unavailable`: the outcome is unknown; the committer reloads. `conflict`: another control
///               plane was first (shared engines): the head is no longer `base`. `internal`, from append()
///               and probe(): it is certain that nothing was written, the message says why (a full disk), and
///               the engine goes on.
/// Cancellation: the outcome of append() is unknown.
class Engine {
 public:
  /// Takes one record; may be called on another thread than load()'s, one call at a time.
  using Loader =
      std::function<Result<void>(Kind kind, std::string_view key, std::string_view value, Revision revision)>;

  virtual ~Engine() = default;
  /// Hands every record, in key order per kind, to `each`; answers the head. An error of `each` ends it.
  virtual Async<Result<Revision>> load(Loader each) = 0;
  virtual Async<Result<void>> append(EngineBatch batch) = 0;
  /// Whether append() would write, after it answered `internal`: writes a little.
  virtual Async<Result<void>> probe() = 0;
  /// True when other control planes may append too. Then a batch is applied only after append() succeeded.
  virtual bool shared() const = 0;
  /// Shared engines: waits for the next batch appended by anyone after `after`.
  /// Errors: `too_large` (compacted: reload), `unavailable`; `invalid` for engines that are not shared.
  virtual Async<Result<EngineBatch>> next(Revision after) = 0;
  /// Shared engines: the newest head, asked of the engine: no append() that succeeded anywhere before this
  /// call is newer. Any thread, also several calls at a time.
  /// Errors: `unavailable`; `invalid` for engines that are not shared.
  virtual Async<Result<Revision>> head() = 0;
  /// Whether a transaction is among the newest kTransactionIdsKept.
  virtual Async<Result<bool>> contains(std::string transaction_id) = 0;
  /// A copy of the whole store in a file of its own (`berth backup`), which must not exist yet. Errors:
  /// `invalid` where the engine has none.
  virtual Async<Result<void>> backup(std::string path) = 0;
};

}  // namespace berth::store
