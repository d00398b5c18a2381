#pragma once
#include "runtime/runtime.h"

namespace berth::runtime {

/// Both clocks of the kernel.
class RealClock final : public Clock {
 public:
  MonotonicTime monotonic() const override;
  WallTime wall() const override;
};

/// The kernel's generator, read in blocks per thread.
class RealIdSource final : public IdSource {
 public:
  std::uint64_t next64() override;
};

/// The Runtime of production.
class RealRuntime final : public Runtime {
 public:
  /// `executor` is for background work of the process.
  explicit RealRuntime(Executor executor) : executor_(std::move(executor)) {}

  const Clock& clock() const override { return clock_; }
  IdSource& ids() override { return ids_; }
  Prng fork_random() override { return Prng(ids_.next64()); }
  Async<void> sleep(Duration duration) override;
  Executor executor() override { return executor_; }
  bool buggify(std::string_view) override { return false; }

 private:
  Executor executor_;
  RealClock clock_;
  RealIdSource ids_;
};

}  // namespace berth::runtime
