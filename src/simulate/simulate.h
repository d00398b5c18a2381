#pragma once
#include "simulate/prediction.h"
#include "simulate/sandbox.h"

namespace berth::simulate {

/// What `action` would do to the cluster of `state`: `options.runs` plays with seeds of their own, since
/// equally good instances are drawn at random. Deterministic: the same arguments give the same prediction.
///
/// Errors: `invalid`, when the action is refused: no such service, instance, definition or cluster.
Result<Prediction> predict(const SavedState& state, const Action& action, const Options& options);

}  // namespace berth::simulate
