#include "gateway/acs/manifest.h"

#include "gateway/envelope.h"

namespace berth::gateway::acs {

std::string manifest_message(const PayloadHead& head,
                             const std::vector<store::Ptr<domain::TaskRecord>>& tasks) {
  JsonWriter writer;
  const auto text = [&](std::string_view name, std::string_view value) {
    writer.key(name);
    writer.string(value);
  };
  begin_envelope(writer, kManifest);
  writer.begin_object();
  text("messageId", head.message_id);
  text("clusterArn", head.cluster_arn);
  text("containerInstanceArn", head.container_instance_arn);
  writer.key("generatedAt");
  writer.integer(head.generated_at.ms);
  writer.key("timeline");
  writer.integer(head.sequence);
  writer.key("tasks");
  writer.begin_array();
  for (const auto& task : tasks) {
    writer.begin_object();
    text("taskArn", task->arn);
    text("taskClusterArn", head.cluster_arn);
    text("desiredStatus", to_string(task->desired_status));
    text("lastStatus", to_string(task->last_status));
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
  writer.end_object();
  return writer.take();
}

std::vector<std::string> task_arns_of(const JsonObject& message, std::string_view member) {
  std::vector<std::string> arns;
  const JsonValue* tasks = message.if_contains(member);
  if (!tasks || !tasks->is_array()) return arns;
  for (const JsonValue& task : tasks->get_array()) {
    if (arns.size() == kDifferencesMax) break;
    const JsonValue* arn = task.is_object() ? task.get_object().if_contains("taskArn") : nullptr;
    if (arn && arn->is_string()) arns.emplace_back(arn->get_string());
  }
  return arns;
}

}  // namespace berth::gateway::acs
