#pragma once
#include <vector>

#include "base/time.h"

namespace berth {

/// The steps of the wall clock that a process has seen, and what they make of stored times: a deadline
/// counted from a stored time survives somebody setting the clock, forwards or back.
///
/// note() is called each time before stored times are compared with the present. A step is seen as a change
/// of what the wall clock shows beyond what the monotonic clock says has passed; slow corrections are none.
/// Times from before the process began count as the wall clock shows them, but are never in the future.
///
/// Runs on: one thread at a time.
/// Limits:  kStepMin; kStepsMax newest steps.
class WallSteps {
 public:
  /// Smaller ones are left to the deadlines.
  static constexpr Duration kStepMin = std::chrono::seconds(1);
  static constexpr std::size_t kStepsMax = 32;

  void note(WallTime wall, MonotonicTime monotonic);
  /// How long ago `time` was at the last note(); never negative. A time that the clock, once set back, comes
  /// to again is taken for the later moment: then a deadline comes late, by no more than the step, and never
  /// early.
  Duration since(WallTime time) const;

 private:
  struct Step {
    WallTime before;  ///< What the clock showed at most, when it was set.
    Duration by;
  };
  bool noted_ = false;
  WallTime wall_;
  MonotonicTime monotonic_;
  std::vector<Step> steps_;
};

}  // namespace berth
