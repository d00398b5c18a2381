#include "bin/berth_agent/state_view.h"

#include <algorithm>

namespace berth::agent_program {

agent::endpoints::AgentMetadata StateView::metadata() const {
  return {registered_.cluster, registered_.container_instance_arn,
          "Amazon ECS Agent - v" BERTH_VERSION " (be47f1a0)"};
}

std::vector<agent::endpoints::EndpointTask> StateView::tasks() const {
  std::vector<agent::endpoints::EndpointTask> list;
  for (const auto* task : tasks_.list())
    list.push_back(agent::endpoints::make_endpoint_task(*task, registered_.cluster,
                                                        show_zone_ ? registered_.availability_zone : ""));
  return list;
}

std::string StateView::task_of_endpoint(std::string_view endpoint_id) const {
  for (const auto* task : tasks_.list())
    for (const auto& container : task->containers)
      if (!endpoint_id.empty() && container.endpoint_id == endpoint_id) return task->spec.arn;
  return {};
}

std::string StateView::task_of_address(std::string_view address) const {
  for (const auto* task : tasks_.list())
    for (const auto& container : task->containers)
      for (const auto& network : container.networks)
        if (container.known == agent::engine::Status::running &&
            std::ranges::find(network.ipv4_addresses, address) != network.ipv4_addresses.end())
          return task->spec.arn;
  return {};
}

Async<std::optional<agent::endpoints::EndpointStats>> StateView::stats(std::string docker_id) {
  auto stats = co_await containers_.stats(docker_id);
  if (!stats) co_return std::nullopt;
  agent::endpoints::EndpointStats shown{std::move(stats->raw_json), std::nullopt, std::nullopt};
  if (!stats->network) co_return shown;
  const Reading now{stats->read_at, stats->network->rx_bytes, stats->network->tx_bytes};
  if (const auto before = readings_.find(docker_id); before != readings_.end()) {
    const double seconds = std::chrono::duration<double>(now.at - before->second.at).count();
    const bool grew = now.rx >= before->second.rx && now.tx >= before->second.tx;
    if (seconds > 0 && grew) {
      shown.rx_bytes_per_sec = static_cast<double>(now.rx - before->second.rx) / seconds;
      shown.tx_bytes_per_sec = static_cast<double>(now.tx - before->second.tx) / seconds;
    }
  }
  if (readings_.size() >= kReadingsMax) readings_.clear();
  readings_[docker_id] = now;
  co_return shown;
}

Async<agent::endpoints::ProtectionAnswer> StateView::protection(
    std::string task_arn, std::optional<agent::endpoints::ProtectionWish> wish) {
  JsonObject request{{"cluster", registered_.cluster}, {"tasks", JsonArray{JsonValue(task_arn)}}};
  if (wish) request["protectionEnabled"] = wish->enabled;
  if (wish && wish->minutes) request["expiresInMinutes"] = *wish->minutes;
  std::string operation = wish ? "UpdateTaskProtection" : "GetTaskProtection";
  std::string body = render_json(request);
  auto outcome = co_await api_.call(std::move(operation), std::move(body), kProtectionTimeout);
  agent::endpoints::ProtectionAnswer answer;
  if (auto* failure = std::get_if<agent::session::ApiFailure>(&outcome)) {
    answer.status = failure->status;
    answer.error_code = std::move(failure->code);
    answer.error_message = std::move(failure->message);
  } else {
    answer.document = std::get<JsonObject>(std::move(outcome));
  }
  co_return answer;
}

std::string StateView::task_of_credentials(std::string_view id) const {
  for (const auto* task : tasks_.list())
    if (!id.empty() && (task->spec.credentials_id == id || task->spec.execution_credentials_id == id))
      return task->spec.arn;
  return {};
}

std::optional<agent::endpoints::RoleCredentials> StateView::find_credentials(std::string_view id) const {
  const auto* found = tasks_.find_credentials(std::string(id));
  if (!found) return std::nullopt;
  return agent::endpoints::RoleCredentials{found->role_arn.value_or(""), found->access_key_id.value_or(""),
                                           found->secret_access_key.value_or(""),
                                           found->session_token.value_or(""), found->expiration.value_or("")};
}

}  // namespace berth::agent_program
