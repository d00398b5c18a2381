#pragma once
#include <cstdint>

#include "base/random.h"
#include "base/time.h"

namespace berth::agent::session {

/// How long waits between tries grow: from `min` by `numerator`/`denominator` each time, up to `max`.
struct BackoffPlan {
  Duration min, max;
  int numerator = 2, denominator = 1;
};
inline constexpr BackoffPlan kAcsBackoff{std::chrono::milliseconds(250), std::chrono::minutes(2), 3, 2};
inline constexpr BackoffPlan kTcsBackoff{std::chrono::seconds(1), std::chrono::minutes(1), 2, 1};
inline constexpr BackoffPlan kReportBackoff{std::chrono::seconds(1), std::chrono::seconds(30), 13, 10};

/// The waits between tries at the control plane, with up to a fifth of jitter on top, so that agents that
/// lost the same control plane do not come back in step. One for each thing that is tried.
class Backoff {
 public:
  Backoff(BackoffPlan plan, Prng random) : plan_(plan), random_(random), next_(plan.min) {}

  /// How long to wait before the next try; the one after waits longer.
  Duration next();
  /// It went well: the next wait is the shortest again.
  void reset() { next_ = plan_.min; }
  /// `wait` with its jitter; does not change what next() says.
  Duration with_jitter(Duration wait);

 private:
  BackoffPlan plan_;
  Prng random_;
  Duration next_;
};

/// How a connection to the control plane ended.
enum class Ending {
  normal,    ///< Closed in good order by the other side.
  broken,    ///< Never came about, or was lost.
  inactive,  ///< This container instance is deregistered.
};
/// A connection that lived this long was a good one.
inline constexpr Duration kGoodConnection = std::chrono::minutes(1);
/// After being told of the deregistration.
inline constexpr Duration kInactiveWait = std::chrono::hours(1);

/// The wait between two connections to ACS or TCS: none after a good one that ended in order, the shortest
/// one when it ended in order at once (lest both sides go in circles), growing ones after failures, an hour
/// after a deregistration.
Duration reconnect_wait(Backoff& backoff, Ending ending, Duration lived);

}  // namespace berth::agent::session
