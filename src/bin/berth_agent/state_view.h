#pragma once
#include <map>
#include <string>

#include "agent/endpoints/endpoint_state.h"
#include "agent/endpoints/endpoint_task.h"
#include "agent/endpoints/task_protection.h"
#include "agent/session/ecs_api.h"
#include "agent/session/registration.h"
#include "agent/tasks/task_manager.h"

namespace berth::agent_program {

inline constexpr std::size_t kReadingsMax = 1000;
/// Tasks that ask for protection wait no longer than the endpoint's clients do.
inline constexpr Duration kProtectionTimeout = std::chrono::seconds(4);

/// The task manager and the control plane as the local endpoints see them. Borrows all.
class StateView final : public agent::endpoints::EndpointState,
                        public agent::endpoints::CredentialsSource,
                        public agent::endpoints::ProtectionApi {
 public:
  StateView(const agent::tasks::TaskManager& tasks, agent::engine::ContainerRuntime& containers,
            const agent::session::Registered& registered, agent::session::EcsApi& api, bool show_zone)
      : tasks_(tasks), containers_(containers), registered_(registered), api_(api), show_zone_(show_zone) {}

  agent::endpoints::AgentMetadata metadata() const override;
  std::vector<agent::endpoints::EndpointTask> tasks() const override;
  std::string task_of_endpoint(std::string_view endpoint_id) const override;
  std::string task_of_address(std::string_view address) const override;
  Async<std::optional<agent::endpoints::EndpointStats>> stats(std::string docker_id) override;
  std::optional<agent::endpoints::RoleCredentials> find_credentials(std::string_view id) const override;
  std::string task_of_credentials(std::string_view id) const override;
  Async<agent::endpoints::ProtectionAnswer> protection(
      std::string task_arn, std::optional<agent::endpoints::ProtectionWish> wish) override;

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
  agent::session::EcsApi& api_;
  bool show_zone_;
};

}  // namespace berth::agent_program
