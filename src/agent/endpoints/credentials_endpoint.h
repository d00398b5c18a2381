#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "agent/endpoints/endpoint_state.h"

namespace berth::agent::endpoints {

enum class CredentialsVersion { v1, v2 };

/// The answer to `/v2/credentials/<id>` and `/v1/credentials?id=<id>`; `id` is empty when the request named
/// none, `found` what the source has of it. Pure.
EndpointAnswer answer_credentials(CredentialsVersion version, std::string_view id,
                                  const std::optional<RoleCredentials>& found);

/// A request for credentials, as the audit log has it.
struct AuditEntry {
  WallTime at;
  int status = 0;
  std::string address;  ///< Of the caller.
  std::string path;     ///< Without the id of the credentials, which opens the door.
  std::string user_agent;
  std::string task_arn;  ///< Empty when the id is nobody's.
  std::string cluster, container_instance_arn;
};
/// One line, without its end, in the form of the original agent: time, status, caller, path, user agent,
/// task, `GetCredentials`, version of the form, cluster, container instance. Pure.
std::string render_audit_line(const AuditEntry& entry);

}  // namespace berth::agent::endpoints
