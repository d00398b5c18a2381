#include "agent/session/server_clock.h"

#include <spdlog/spdlog.h>

#include "base/http_date.h"

namespace berth::agent::session {

bool ServerClock::learn(std::string_view date) {
  const auto server = parse_http_date(date);
  if (!server) return false;
  Duration skew = *server - clock_.wall();
  if (std::chrono::abs(skew) > kSkewMax) return false;
  if (std::chrono::abs(skew) < kSkewMin) skew = Duration::zero();
  const bool changed = std::chrono::abs(skew - skew_) > kSkewStep;
  if (!changed) return false;
  skew_ = skew;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::abs(skew)).count();
  if (seconds == 0)
    spdlog::info("agent: the clock of this host agrees with the control plane's again");
  else
    spdlog::warn(
        "agent: the clock of this host is {} s {} the control plane's, whose time requests are signed "
        "with from now on: set the clock, or run a time service",
        seconds, skew > Duration::zero() ? "behind" : "ahead of");
  return true;
}

}  // namespace berth::agent::session
