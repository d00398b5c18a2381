#include "base/wall_steps.h"

#include <algorithm>

namespace berth {

void WallSteps::note(WallTime wall, MonotonicTime monotonic) {
  if (noted_) {
    const WallTime expected = wall_ + (monotonic - monotonic_);
    const Duration by = wall - expected;
    if (by >= kStepMin || by <= -kStepMin) {
      if (steps_.size() == kStepsMax) steps_.erase(steps_.begin());
      steps_.push_back({expected, by});
    }
  }
  noted_ = true;
  wall_ = wall;
  monotonic_ = monotonic;
}

Duration WallSteps::since(WallTime time) const {
  // `time` as the clock would have shown it, had it always gone as it does after each step.
  for (auto step = steps_.begin(); step != steps_.end(); ++step) {
    Duration later = Duration::zero();
    for (auto next = std::next(step); next != steps_.end(); ++next) later += next->by;
    const bool earlier = time <= step->before;
    // After a step back, only what would now be in the future is surely from before it.
    const bool surely = step->by > Duration::zero() || time + later > wall_;
    if (earlier && surely) time = time + step->by;
  }
  return std::max(wall_ - time, Duration::zero());
}

}  // namespace berth
