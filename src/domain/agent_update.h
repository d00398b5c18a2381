#pragma once
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "model/ecs/enums.h"

namespace berth::domain {

/// The version of a container agent: three numbers, as in `1.83.0` or `v0.1.0`.
struct AgentVersion {
  int major = 0, minor = 0, patch = 0;
  friend std::strong_ordering operator<=>(const AgentVersion&, const AgentVersion&) = default;
};
/// Nothing for what is not three numbers.
std::optional<AgentVersion> parse_agent_version(std::string_view text);

/// A new agent that the operator offers: a tar file that holds the program `berth-agent`.
struct AgentPackage {
  std::string version;
  std::string file;    ///< Name without folder.
  std::string sha256;  ///< 64 lower-case hex digits, over the whole file.
};

/// The packages that there are now (`berthd --agent-packages`).
///
/// Runs on: any thread.
class AgentPackages {
 public:
  virtual ~AgentPackages() = default;
  /// The one of the highest version; nothing when there is none.
  virtual std::optional<AgentPackage> newest() const = 0;
  /// Where an agent that reached us at `origin` (`https://host:port`) downloads it.
  virtual std::string location(const AgentPackage& package, const std::string& origin) const = 0;
};

/// What agents of Berth say as their hash; others cannot run our packages.
inline constexpr std::string_view kBerthAgentHash = "berth";

// How an update goes on (guide p.37, agent-protocol 12):
//
//   UpdateContainerAgent ─► PENDING ─► STAGING ─► STAGED ─► UPDATING ─► UPDATED
//                             1 told to  2 downloaded  3 told to  4 came back with
//                               download   and checked    restart    a higher version
//   A refusal, silence, or the old version coming back: ─► FAILED. Each end can be followed by a new request.

using model::ecs::AgentUpdateStatus;

/// PENDING to UPDATING: a further request must wait.
bool is_in_progress(std::optional<AgentUpdateStatus> status);

/// Edge 4: what becomes of the status when an agent opens its session with `version_now` that had
/// `version_before`. An agent that comes back during the download is asked anew by the session.
std::optional<AgentUpdateStatus> after_reconnect(std::optional<AgentUpdateStatus> status,
                                                 std::string_view version_before,
                                                 std::string_view version_now);

}  // namespace berth::domain
