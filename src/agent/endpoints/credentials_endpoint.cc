#include "agent/endpoints/credentials_endpoint.h"

#include <fmt/format.h>

#include "agent/endpoints/json_members.h"
#include "base/json.h"

namespace berth::agent::endpoints {
namespace {

EndpointAnswer refuse(CredentialsVersion version, int status, std::string_view code, std::string_view words) {
  EndpointAnswer answer{status, {}};
  std::string message =
      version == CredentialsVersion::v1 ? "CredentialsV1Request: " : "CredentialsV2Request: ";
  message += words;
  JsonWriter out;
  out.begin_object();
  member(out, "code", code);
  member(out, "message", message);
  out.key("HTTPErrorCode");
  out.integer(status);
  out.end_object();
  answer.body = out.take();
  return answer;
}

}  // namespace

EndpointAnswer answer_credentials(CredentialsVersion version, std::string_view id,
                                  const std::optional<RoleCredentials>& found) {
  if (id.empty())
    return refuse(version, 400, "NoIdInRequest",
                  "No Credential ID in the request. A task is given one when its role has keys: berthd "
                  "--task-roles");
  if (!found) return refuse(version, 400, "InvalidIdInRequest", "Credentials not found");
  if (found->access_key_id.empty()) {
    return refuse(version, 503, "CredentialsUninitialized", "Credentials uninitialized for ID");
  }
  EndpointAnswer answer;
  JsonWriter out;
  out.begin_object();
  member(out, "RoleArn", found->role_arn);
  member(out, "AccessKeyId", found->access_key_id);
  member(out, "SecretAccessKey", found->secret_access_key);
  member(out, "Token", found->session_token);
  member(out, "Expiration", found->expiration);
  out.end_object();
  answer.body = out.take();
  return answer;
}

std::string render_audit_line(const AuditEntry& entry) {
  const auto word = [](const std::string& text) { return text.empty() ? std::string("-") : text; };
  // What the caller wrote must not make lines or fields of its own.
  std::string agent = entry.user_agent;
  for (char& c : agent)
    if (static_cast<unsigned char>(c) < ' ' || c == '"') c = '_';
  return fmt::format("{} {} {} \"{}\" \"{}\" {} GetCredentials 1 {} {}", render_iso8601(entry.at),
                     entry.status, word(entry.address), entry.path, agent, word(entry.task_arn),
                     word(entry.cluster), word(entry.container_instance_arn));
}

}  // namespace berth::agent::endpoints
