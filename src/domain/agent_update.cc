#include "domain/agent_update.h"

#include <charconv>

namespace berth::domain {

std::optional<AgentVersion> parse_agent_version(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  AgentVersion version;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (int* part : {&version.major, &version.minor, &version.patch}) {
    if (part != &version.major) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
    const auto [next, error] = std::from_chars(at, end, *part);
    if (error != std::errc() || *part < 0) return std::nullopt;
    at = next;
  }
  if (at != end) return std::nullopt;
  return version;
}

bool is_in_progress(std::optional<AgentUpdateStatus> status) {
  return status && *status != AgentUpdateStatus::updated && *status != AgentUpdateStatus::failed;
}

std::optional<AgentUpdateStatus> after_reconnect(std::optional<AgentUpdateStatus> status,
                                                 std::string_view version_before,
                                                 std::string_view version_now) {
  if (!is_in_progress(status)) return status;
  const auto before = parse_agent_version(version_before);
  const auto now = parse_agent_version(version_now);
  if (before && now && *now > *before) return AgentUpdateStatus::updated;
  if (*status == AgentUpdateStatus::updating) return AgentUpdateStatus::failed;
  return status;
}

}  // namespace berth::domain
