#pragma once
#include <memory>
#include <string>

#include "base/result.h"
#include "simulate/action.h"
#include "simulate/recorder.h"
#include "simulate/saved_state.h"

namespace berth::simulate {

struct Options {
  std::string cluster = "default";
  /// As berthd's flag: how long tasks of a host that is away are waited for.
  Duration instance_grace = std::chrono::minutes(5);
  /// Virtual time after which a run is given up.
  Duration limit = std::chrono::hours(2);
  /// Plays, each with a seed of its own.
  int runs = 5;
};

/// What one play led to.
struct Outcome {
  bool settled = false;
  Duration took{};
  struct Service {
    std::int64_t desired_before = 0, desired = 0, serving = 0;
    std::string rollout;
    std::string short_of;  ///< ExplainService's document when tasks are missing, else empty.
    std::int64_t missing = 0;
    Recorder::Service seen;
  };
  std::map<std::string, Service> services;
  std::vector<InstanceOutcome> instances;  ///< With `tasks_after` of this play alone.
  std::vector<Move> moves;
  std::vector<std::pair<Duration, std::string>> events;
  std::vector<LeftBehind> left_behind;
};

/// Plays an action in a copy of the cluster: the real committer on the memory engine, the real service
/// scheduler and keeper of instances, the real handlers, on virtual time from `seed`; only the agents are
/// played by a TaskPlayer. Nothing outside of the copy is touched.
///
/// Errors: `invalid`, when the action is refused or the cluster is not there.
Result<Outcome> play(const SavedState& state, const Action& action, const Options& options,
                     std::uint64_t seed);

}  // namespace berth::simulate
