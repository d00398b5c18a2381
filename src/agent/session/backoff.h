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
/// The longest wait of all of them: with it and one try that is under way, who was cut off is back within
/// half a minute after the network is, however long it was away.
inline constexpr Duration kBackoffMax = std::chrono::seconds(20);
inline constexpr BackoffPlan kAcsBackoff{std::chrono::milliseconds(250), kBackoffMax, 3, 2};
inline constexpr BackoffPlan kTcsBackoff{std::chrono::seconds(1), kBackoffMax, 2, 1};
inline constexpr BackoffPlan kReportBackoff{std::chrono::seconds(1), kBackoffMax, 13, 10};
inline constexpr BackoffPlan kRegistrationBackoff{std::chrono::seconds(1), kBackoffMax, 2, 1};
/// Of one try at a connection: of its two calls the one that asks where to, and the one that connects.
inline constexpr Duration kDiscoverTimeout = std::chrono::seconds(10);
inline constexpr Duration kDialTimeout = std::chrono::seconds(10);

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
  unknown,   ///< The control plane does not know this container instance, or its cluster.
};
/// A connection that lived this long was a good one: trying for it does not count.
inline constexpr Duration kGoodConnection = std::chrono::seconds(10);
/// After being told of the deregistration.
inline constexpr Duration kInactiveWait = std::chrono::hours(1);

/// The wait between two connections to ACS or TCS: none after a good one that ended in order, the shortest
/// one when it ended in order at once (lest both sides go in circles), growing ones after failures, an hour
/// after a deregistration.
Duration reconnect_wait(Backoff& backoff, Ending ending, Duration lived);

}  // namespace berth::agent::session
