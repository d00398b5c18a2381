#pragma once
#include <map>
#include <string>

#include "agent/endpoints/endpoint_state.h"
#include "agent/endpoints/endpoint_task.h"
#include "agent/session/registration.h"
#include "agent/tasks/task_manager.h"

namespace berth::agent_program {

inline constexpr std::size_t kReadingsMax = 1000;

/// The task manager as the local endpoints see it. Borrows both.
class StateView final : public agent::endpoints::EndpointState, public agent::endpoints::CredentialsSource {
 public:
  StateView(const agent::tasks::TaskManager& tasks, agent::engine::ContainerRuntime& containers,
            const agent::session::Registered& registered)
      : tasks_(tasks), containers_(containers), registered_(registered) {}

  agent::endpoints::AgentMetadata metadata() const override;
  std::vector<agent::endpoints::EndpointTask> tasks() const override;
  Async<std::optional<agent::endpoints::EndpointStats>> stats(std::string docker_id) override;
  std::optional<agent::endpoints::RoleCredentials> find_credentials(std::string_view id) const override;
  std::string task_of_credentials(std::string_view id) const override;

 private:
  /// What a container's network had carried when it was last asked for.
  struct Reading {
    WallTime at;
    std::uint64_t rx = 0, tx = 0;
  };
  std::map<std::string, Reading> readings_;  ///< By docker id; at most kReadingsMax.

  const agent::tasks::TaskManager& tasks_;
  agent::engine::ContainerRuntime& containers_;
  const agent::session::Registered& registered_;
};

}  // namespace berth::agent_program
