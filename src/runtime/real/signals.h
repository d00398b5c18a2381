#pragma once
#include <vector>

#include "runtime/async.h"

namespace berth::runtime {

/// Waits for one of the signals and returns its number; meanwhile they do not end the process.
/// Cancellation: their default action comes back.
Async<int> wait_signal(std::vector<int> signals);

}  // namespace berth::runtime
