#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/session/task_sink.h"
#include "base/json.h"
#include "base/result.h"
#include "model/acs/acs_types.h"

namespace berth::agent::session {

/// {"type": …, "message": …}, the form of every message both ways (agent-protocol 3).
struct Envelope {
  std::string type;
  JsonObject message;
};
/// Errors: `invalid` for what is not such a document.
Result<Envelope> parse_envelope(std::string_view text);
std::string render_envelope(std::string_view type, JsonObject message);

/// Who answers.
struct Self {
  std::string cluster;
  std::string container_instance_arn;
};

/// The answers that a message gets at once; payloads and updates are handled elsewhere, unknown types get
/// none. Pure.
std::vector<std::string> replies_to(const Envelope& envelope, const Self& self);

std::string payload_ack(const std::string& cluster, const std::string& container_instance,
                        const std::string& message_id);
std::string payload_nack(const std::string& cluster, const std::string& container_instance,
                         const std::string& message_id, const std::string& reason);
/// The tasks of a TaskManifestMessage.
std::vector<TaskSink::Expected> expected_of(const Envelope& envelope);
/// What follows the acknowledgement of a TaskManifestMessage: TaskStopVerificationMessage names what is here
/// and not expected; TaskMissingMessage, to Berth only, what is expected and not here.
std::vector<std::string> difference_messages(const std::string& message_id, const std::string& cluster,
                                             const TaskSink::Differences& differences);
std::string credentials_ack(const std::string& message_id, const model::acs::IAMRoleCredentials& credentials);
/// The credentials of an IAMRoleCredentialsMessage.
std::optional<model::acs::IAMRoleCredentials> credentials_of(const Envelope& envelope);

}  // namespace berth::agent::session
