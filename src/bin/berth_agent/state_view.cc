#include "bin/berth_agent/state_view.h"

namespace berth::agent_program {

agent::endpoints::AgentMetadata StateView::metadata() const {
  return {registered_.cluster, registered_.container_instance_arn,
          "Berth Agent - v" BERTH_VERSION " (be47f1a0)"};
}

std::vector<agent::endpoints::EndpointTask> StateView::tasks() const {
  std::vector<agent::endpoints::EndpointTask> list;
  for (const auto* task : tasks_.list())
    list.push_back(
        agent::endpoints::make_endpoint_task(*task, registered_.cluster, registered_.availability_zone));
  return list;
}

Async<std::optional<agent::endpoints::EndpointStats>> StateView::stats(std::string docker_id) {
  auto stats = co_await containers_.stats(std::move(docker_id));
  if (!stats) co_return std::nullopt;
  co_return agent::endpoints::EndpointStats{std::move(stats->raw_json), std::nullopt, std::nullopt};
}

std::optional<agent::endpoints::RoleCredentials> StateView::find_credentials(std::string_view id) const {
  const auto* found = tasks_.find_credentials(std::string(id));
  if (!found) return std::nullopt;
  return agent::endpoints::RoleCredentials{found->role_arn.value_or(""), found->access_key_id.value_or(""),
                                           found->secret_access_key.value_or(""),
                                           found->session_token.value_or(""), found->expiration.value_or("")};
}

}  // namespace berth::agent_program
