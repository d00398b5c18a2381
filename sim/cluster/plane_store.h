#pragma once
#include <memory>
#include <string>

#include "runtime/sim/sim_runtime.h"
#include "runtime/task_group.h"
#include "sim/checkers/watch_checker.h"
#include "sim/cluster/mutants.h"
#include "store/store.h"

namespace berth::sim {

/// The store as handlers, controllers and gateway of one control plane see it; with a mutant, one that breaks
/// a promise of store::Store. Without one it only passes everything on. Watches are held against the ledger.
///
/// Borrows: the inner store, until stop() has completed.
class PlaneStore final : public store::Store {
 public:
  struct Checks {
    const Ledger& ledger;
    Violations& violations;
    std::string owner;  ///< Of the watches.
  };
  PlaneStore(store::Store& inner, runtime::SimRuntime& runtime, const Mutant& mutant, Checks checks);

  Async<void> stop();

  Async<store::View> read() override;
  Async<Result<store::Revision>> commit(store::Transaction transaction) override;
  Async<Result<bool>> outcome_of(std::string transaction_id) override;
  store::Revision durable() const override;
  Async<Result<void>> until_durable(store::Revision revision) override;
  std::unique_ptr<store::Watch> watch(Executor executor) override;

 protected:
  std::unique_ptr<store::Subscription> subscribe_group(store::Kind kind, std::uint8_t slot, std::string group,
                                                       runtime::Notifier::Handle handle) override;
  std::unique_ptr<store::Subscription> subscribe_key(store::Kind kind, std::string key,
                                                     runtime::Notifier::Handle handle) override;

 private:
  store::Transaction mutate(const store::Transaction& transaction, bool without_ports);
  static Async<void> commit_later(store::Store& inner, store::Transaction transaction);

  store::Store& inner_;
  Checks checks_;
  const Mutant& mutant_;
  Prng random_;
  runtime::TaskGroup group_;
};

}  // namespace berth::sim
