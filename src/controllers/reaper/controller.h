#pragma once
#include "base/wall_steps.h"
#include "controllers/reaper/retention.h"
#include "runtime/runtime.h"
#include "store/store.h"

namespace berth::controllers::reaper {

/// Deletes what retention no longer keeps, in transactions of kBatchMax records.
///
/// Ages are counted past steps of the wall clock.
///
/// Borrows: store and runtime, until run() has ended.
/// Runs on: the executor of run().
class ReaperController {
 public:
  ReaperController(store::Store& store, runtime::Runtime& runtime, Retention retention);
  /// Works until cancelled.
  Async<void> run();
  /// Deletes one batch, as many as kBatchMax records. Answers how many it deleted; 0 also when the store
  /// failed.
  Async<std::size_t> reap();

 private:
  store::Store& store_;
  runtime::Runtime& runtime_;
  Retention retention_;
  WallSteps steps_;
};

}  // namespace berth::controllers::reaper
