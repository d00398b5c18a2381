#pragma once
#include <string_view>

#include "base/time.h"
#include "runtime/runtime.h"

namespace berth::agent::session {

/// The time that requests are signed with: this host's, or the control plane's where the two differ by so
/// much that signatures would soon be refused. Learnt from the Date of its answers, refusals included.
///
/// Borrows: clock.
/// Runs on: the agent's executor.
/// Limits: differences below kSkewMin are left alone, as answers take their time; beyond kSkewMax a Date is
///   not believed.
class ServerClock {
 public:
  static constexpr Duration kSkewMin = std::chrono::minutes(1);
  static constexpr Duration kSkewMax = std::chrono::hours(24 * 366);
  /// A known difference changes when it is off by more.
  static constexpr Duration kSkewStep = std::chrono::seconds(10);

  explicit ServerClock(const runtime::Clock& clock) : clock_(clock) {}
  WallTime now() const { return clock_.wall() + skew_; }
  /// Looks at the Date header of an answer that has just come; logs a change. True when now() shows another
  /// time than before.
  bool learn(std::string_view date);

 private:
  const runtime::Clock& clock_;
  Duration skew_ = Duration::zero();
};

}  // namespace berth::agent::session
