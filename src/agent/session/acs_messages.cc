#include "agent/session/acs_messages.h"

#include "model/acs/acs_codec.h"
#include "model/codec_support.h"

namespace berth::agent::session {
namespace {

std::string member(const JsonObject& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

}  // namespace

Result<Envelope> parse_envelope(std::string_view text) {
  auto json = parse_json(text);
  if (!json) return std::move(json).error();
  if (!json->is_object()) return invalid("a message must be a JSON object");
  auto& object = json->get_object();
  Envelope envelope;
  envelope.type = member(object, "type");
  auto* message = object.if_contains("message");
  if (envelope.type.empty()) return invalid("a message must have a type");
  if (message && message->is_object()) envelope.message = std::move(message->get_object());
  return envelope;
}

std::string render_envelope(std::string_view type, JsonObject message) {
  JsonObject envelope;
  envelope["type"] = type;
  envelope["message"] = std::move(message);
  return render_json(JsonValue(std::move(envelope)));
}

std::vector<std::string> replies_to(const Envelope& envelope, const Self& self) {
  const std::string id = member(envelope.message, "messageId");
  if (id.empty()) return {};
  if (envelope.type == "HeartbeatMessage") {
    JsonObject message;
    message["messageId"] = id;
    return {render_envelope("HeartbeatAckRequest", std::move(message))};
  }
  if (envelope.type == "AttachTaskNetworkInterfacesMessage" ||
      envelope.type == "AttachInstanceNetworkInterfacesMessage" ||
      envelope.type == "ConfirmAttachmentMessage" || envelope.type == "TaskManifestMessage")
    return {payload_ack(self.cluster, self.container_instance_arn, id)};
  if (envelope.type == "IAMRoleCredentialsMessage") {
    const auto credentials = credentials_of(envelope);
    if (credentials) return {credentials_ack(id, *credentials)};
  }
  return {};
}

std::string payload_ack(const std::string& cluster, const std::string& container_instance,
                        const std::string& message_id) {
  JsonObject message;
  message["cluster"] = cluster;
  message["containerInstance"] = container_instance;
  message["messageId"] = message_id;
  return render_envelope("AckRequest", std::move(message));
}

std::string payload_nack(const std::string& cluster, const std::string& container_instance,
                         const std::string& message_id, const std::string& reason) {
  JsonObject message;
  message["cluster"] = cluster;
  message["containerInstance"] = container_instance;
  message["messageId"] = message_id;
  message["reason"] = reason;
  return render_envelope("NackRequest", std::move(message));
}

std::vector<TaskSink::Expected> expected_of(const Envelope& envelope) {
  std::vector<TaskSink::Expected> expected;
  const JsonValue* tasks = envelope.message.if_contains("tasks");
  if (tasks == nullptr || !tasks->is_array()) return expected;
  for (const JsonValue& task : tasks->get_array()) {
    if (!task.is_object()) continue;
    const JsonObject& object = task.get_object();
    TaskSink::Expected one{member(object, "taskArn"), member(object, "desiredStatus") == "STOPPED", {}};
    if (object.contains("lastStatus")) one.last_status = member(object, "lastStatus");
    expected.push_back(std::move(one));
  }
  return expected;
}

std::vector<std::string> difference_messages(const std::string& message_id, const std::string& cluster,
                                             const TaskSink::Differences& differences) {
  std::vector<std::string> messages;
  const auto add = [&](std::string_view type, const char* list, const std::vector<std::string>& arns) {
    if (arns.empty()) return;
    JsonArray tasks;
    for (const std::string& arn : arns)
      tasks.push_back(
          JsonObject{{"taskArn", arn}, {"taskClusterArn", cluster}, {"desiredStatus", "STOPPED"}});
    messages.push_back(
        render_envelope(type, JsonObject{{"messageId", message_id}, {list, std::move(tasks)}}));
  };
  add("TaskStopVerificationMessage", "stopCandidates", differences.surplus);
  add("TaskMissingMessage", "tasks", differences.missing);
  return messages;
}

std::string credentials_ack(const std::string& message_id,
                            const model::acs::IAMRoleCredentials& credentials) {
  JsonObject message;
  message["messageId"] = message_id;
  message["credentialsId"] = credentials.credentials_id.value_or("");
  message["expiration"] = credentials.expiration.value_or("");
  return render_envelope("IAMRoleCredentialsAckRequest", std::move(message));
}

std::optional<model::acs::IAMRoleCredentials> credentials_of(const Envelope& envelope) {
  model::DecodeContext problems(model::DecodeMode::lenient);
  model::acs::IAMRoleCredentialsMessage message;
  if (!decode(JsonValue(envelope.message), message, problems)) return std::nullopt;
  if (!message.role_credentials || !message.role_credentials->credentials_id || !message.task_arn)
    return std::nullopt;
  return message.role_credentials;
}

}  // namespace berth::agent::session
