#pragma once
#include <string>
#include <vector>

#include "base/random.h"
#include "runtime/sim/sim_world.h"
#include "store/memory/memory_engine.h"

namespace berth::sim {

/// Sees everything that becomes durable, in order.
class CommitWatcher {
 public:
  virtual ~CommitWatcher() = default;
  virtual void committed(const store::EngineBatch& batch) = 0;
};

/// What goes wrong in the store's engine, in parts of 1000 batches. May be changed at any time.
struct StoreFaults {
  unsigned lost_before = 0;  ///< Answers `unavailable`; nothing was written.
  unsigned lost_after = 0;   ///< Answers `unavailable`; all of it was written.
  unsigned conflicts = 0;    ///< Shared engines: refused although the head is right.
  unsigned compacted = 0;    ///< Shared engines: a watcher is told to read everything anew.
  unsigned load_fails = 0;
  Duration delay_max = std::chrono::milliseconds(3);  ///< Of a write, before and after it takes place.
  Duration watch_delay_max = std::chrono::milliseconds(20);
};

/// Planted bugs of an engine (sim/mutants): each breaks a promise of store::Engine.
struct StoreMutants {
  bool forgets_batches = false;  ///< One batch in 20 is said to be durable and is not.
  bool tears_batches = false;    ///< Of one batch in 10 the last write is lost.
  bool ignores_base = false;     ///< Shared: no compare-and-swap, the last writer wins.
};

/// The durable state of a cluster of control planes, which outlives them.
class StoreDisk {
 public:
  using Mode = store::memory::MemoryEngine::Mode;
  StoreDisk(runtime::SimWorld& world, Mode mode, CommitWatcher* watcher);

  StoreFaults faults;
  StoreMutants mutants;
  store::memory::MemoryEngine& engine() { return engine_; }

 private:
  friend class StoreConnection;
  bool draw(unsigned per_mille) { return random_.chance(per_mille, 1000); }
  Duration draw_delay(Duration most) { return Duration(random_.between(0, most.count())); }

  Prng random_;
  store::memory::MemoryEngine engine_;
  CommitWatcher* watcher_;
};

/// The engine as one life of a control plane has it.
///
/// Errors:       those of Engine, as StoreFaults say. A life that is over changes nothing any more.
/// Cancellation: a batch that was cut short by a kill is written or not.
class StoreConnection final : public store::Engine {
 public:
  StoreConnection(StoreDisk& disk, runtime::SimRuntime& runtime) : disk_(disk), runtime_(runtime) {}

  Async<Result<store::Revision>> load(Loader each) override;
  Async<Result<void>> append(store::EngineBatch batch) override;
  Async<Result<void>> probe() override;
  bool shared() const override { return disk_.engine_.shared(); }
  Async<Result<store::EngineBatch>> next(store::Revision after) override;
  Async<Result<store::Revision>> head() override;
  Async<Result<bool>> contains(std::string transaction_id) override;
  Async<Result<void>> backup(std::string path) override;

 private:
  Async<Result<void>> write(store::EngineBatch batch);
  void mutate(store::EngineBatch& batch);

  StoreDisk& disk_;
  runtime::SimRuntime& runtime_;
};

}  // namespace berth::sim
