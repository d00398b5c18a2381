#pragma once
#include <memory>
#include <string>

#include "runtime/runtime.h"
#include "runtime/sim/sim_context.h"

namespace berth::runtime {

class SimWorld;

/// One run of a simulated process, from boot to kill. Its interfaces look here first: once it is over they do
/// nothing, so that unwinding coroutines can change nothing.
struct SimLife {
  bool alive = true;
  std::uint64_t number = 0;
};

/// A node's wall clock: true time plus an offset, plus drift. Survives the node's processes.
struct SimWallClock {
  Duration offset{0};
  std::int64_t drift_ppm = 0;  ///< Parts per million that the wall clock runs fast.
};

class SimClock final : public Clock {
 public:
  SimClock(const SimContext& context, const SimWallClock& settings, WallTime epoch)
      : context_(context), settings_(settings), epoch_(epoch) {}
  MonotonicTime monotonic() const override { return context_.now(); }
  WallTime wall() const override;

 private:
  const SimContext& context_;
  const SimWallClock& settings_;
  WallTime epoch_;
};

class SimIdSource final : public IdSource {
 public:
  explicit SimIdSource(Prng prng) : prng_(prng) {}
  std::uint64_t next64() override { return prng_.next(); }

 private:
  Prng prng_;
};

/// The Runtime of one life of a node.
///
/// Cancellation: sleep() in a life that is over throws the cancellation.
class SimRuntime final : public Runtime {
 public:
  SimRuntime(SimWorld& world, std::size_t node, const std::string& name, const SimWallClock& wall,
             std::shared_ptr<const SimLife> life);

  const Clock& clock() const override { return clock_; }
  IdSource& ids() override { return ids_; }
  Prng fork_random() override { return Prng(random_.next()); }
  Async<void> sleep(Duration duration) override;
  Executor executor() override { return executor_; }
  bool buggify(std::string_view site) override;

  const std::shared_ptr<const SimLife>& life() const { return life_; }
  bool alive() const { return life_->alive; }

 private:
  SimWorld& world_;
  std::size_t node_;
  std::shared_ptr<const SimLife> life_;
  Executor executor_;
  SimClock clock_;
  SimIdSource ids_;
  Prng random_;
};

}  // namespace berth::runtime
