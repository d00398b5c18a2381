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

/// A run of transactions, made durable together, all or nothing.
struct EngineBatch {
  Revision base;                              ///< The head it was decided on.
  Revision head;                              ///< The head after it.
  std::vector<std::string> transaction_ids;   ///< base+1 … head, in order.
  std::vector<std::vector<EngineWrite>> writes;  ///< One list a transaction.
};

/// Where durable state lives: sqlite, etcd, or memory. One conformance suite holds for all.
///
/// Runs on: the committer's executor, one call at a time; slow work happens elsewhere.
/// Errors:  `unavailable`: the outcome is unknown; the committer reloads. `conflict`: another control plane was first (shared
///          engines): the head is no longer `base`.
class Engine {
 public:
  virtual ~Engine() = default;
  /// Hands every record, in key order per kind, to `each`; answers the head.
  virtual Async<Result<Revision>> load(std::function<Result<void>(Kind, std::string_view key, std::string_view value, Revision)> each) = 0;
  virtual Async<Result<void>> append(EngineBatch batch) = 0;
  /// True when other control planes may append too. Then a batch is applied only after append() succeeded.
  virtual bool shared() const = 0;
  /// Shared engines: waits for the next batch appended by anyone after `after`. Errors: `too_large` (compacted: reload).
  virtual Async<Result<EngineBatch>> next(Revision after) = 0;
  virtual Async<Result<bool>> contains(std::string transaction_id) = 0;
  /// A copy of the whole store in a file of its own (`berth backup`). Errors: `invalid` where the engine has none.
  virtual Async<Result<void>> backup(std::string path) = 0;
};

}  // namespace berth::store
