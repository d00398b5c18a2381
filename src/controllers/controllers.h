#pragma once
#include <memory>

#include "controllers/reaper/retention.h"
#include "domain/limits.h"
#include "runtime/runtime.h"
#include "store/store.h"

namespace berth::controllers {

/// What operators choose (`berthd` flags).
struct Options {
  domain::Compat compat = domain::Compat::current;
  domain::Limits limits = {};
  /// How long an instance may be away before its tasks are given up (`--instance-grace`).
  Duration instance_grace = std::chrono::minutes(5);
  reaper::Retention retention = {};
  bool sole = true;  ///< No other control plane shares the store.
};

/// Every controller of a control plane: the service scheduler, the health of instances, the reaper.
///
/// Borrows: store and runtime, until stop() has completed.
/// Runs on: runtime.executor(), or the executor given; start() on it or before it runs, stop() on it.
class Controllers {
 public:
  struct Deps {
    store::Store& store;
    runtime::Runtime& runtime;
    Options options = {};
  };
  explicit Controllers(Deps deps);
  Controllers(Deps deps, Executor executor);
  ~Controllers();
  void start();
  Async<void> stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace berth::controllers
