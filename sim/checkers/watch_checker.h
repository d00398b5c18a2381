#pragma once
#include <memory>
#include <optional>
#include <string>

#include "sim/checkers/ledger.h"
#include "sim/checkers/violations.h"
#include "store/store.h"

namespace berth::sim {

/// A watch of a control plane, held against what became durable: the rule `watch`. From the moment of its
/// making it tells every durable change once and in order, or says that it fell behind. And the rule
/// `allocation`: in each transaction the allocations change by what its tasks take and give back.
///
/// Borrows: ledger and violations, for the whole run.
class CheckedWatch final : public store::Watch {
 public:
  /// `durable`: what the control plane held to be durable when the watch was made.
  CheckedWatch(std::unique_ptr<store::Watch> inner, const Ledger& ledger, Violations& violations,
               std::string owner, store::Revision durable);
  Async<Result<std::vector<store::Change>>> next() override;

 private:
  void check(const store::Change& change);
  void check_allocations(const std::vector<store::Change>& changes);
  /// Whether the change is one that the engine's log does not have.
  bool in_memory_only(const store::Change& change) const;
  /// The number, in the ledger's log, of the first change of a revision or later.
  std::uint64_t number_of(store::Revision revision) const;

  std::unique_ptr<store::Watch> inner_;
  const Ledger& ledger_;
  Violations& violations_;
  std::string owner_;
  std::optional<std::uint64_t>
      next_;  ///< Number of the change that comes next; nothing after it fell behind.
};

}  // namespace berth::sim
