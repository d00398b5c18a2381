#include <fmt/format.h>

#include "domain/agent_update.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/instances/attribute_rules.h"
#include "services/ecs/instances/render_instance.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

using domain::ContainerInstanceRecord;
using model::ecs::UpdateContainerAgentRequest;
using model::ecs::UpdateContainerAgentResponse;

wire::ApiError nothing_newer(const std::string& version) {
  return model::ecs::no_update_available_exception(fmt::format(
      "There's no update available for this Amazon ECS container agent. It runs version {}.", version));
}

// Why the instance's agent cannot be updated now; nothing when it can. The package is for agents of Berth:
// another's would neither find its own format in it nor run it.
std::optional<wire::ApiError> refuse(const ContainerInstanceRecord& instance,
                                     const domain::AgentPackages* packages) {
  const auto* family = find_attribute(*instance.attributes, "ecs.os-family");
  if (family && family->value.value_or("").starts_with("WINDOWS"))
    return model::ecs::client_exception(
        "The container agent of a Windows instance cannot be updated this way.");
  const auto versions = instance.version_info.value_or(model::ecs::VersionInfo());
  const std::string version = versions.agent_version.value_or("");
  const auto running = domain::parse_agent_version(version);
  if (!running)
    return model::ecs::missing_version_exception(fmt::format(
        "The version of the container agent of {} is not known: it has not connected yet.", instance.arn));
  if (domain::is_in_progress(instance.agent_update_status))
    return model::ecs::update_in_progress_exception(
        fmt::format("There is already an update in progress for this Amazon ECS container agent: it is {}.",
                    to_string(*instance.agent_update_status)));
  const auto newest = packages ? packages->newest() : std::nullopt;
  if (!newest || versions.agent_hash != domain::kBerthAgentHash ||
      *domain::parse_agent_version(newest->version) <= *running)
    return nothing_newer(version);
  if (!instance.agent_connected)
    return model::ecs::client_exception(fmt::format(
        "The container agent of {} is not connected: it cannot be told to update.", instance.arn));
  return std::nullopt;
}

}  // namespace

Decision<UpdateContainerAgentResponse> update_container_agent(const Call& call, const store::View& view,
                                                              const UpdateContainerAgentRequest& request) {
  auto cluster =
      find_active_cluster_of(call, view, request.cluster, "container-instance", request.container_instance);
  if (!cluster) return cluster.take_error();
  const auto* found = find_instance(call, view, **cluster, request.container_instance);
  if (!found || found->record->status == domain::InstanceStatus::inactive)
    return model::ecs::invalid_parameter_exception("The referenced container instance was not found.");
  if (auto refused = refuse(*found->record, call.deps.agent_packages)) return *std::move(refused);
  ContainerInstanceRecord record = *found->record;
  // The session of its agent sees this and goes on with it.
  record.agent_update_status = domain::AgentUpdateStatus::pending;
  ++record.version;
  auto transaction = new_transaction(call);
  transaction.expect(*found);
  transaction.put(record);
  UpdateContainerAgentResponse response;
  response.container_instance = render_instance(
      view, {found->key, std::make_shared<const ContainerInstanceRecord>(std::move(record)), {}},
      WithTags::yes);
  return {std::move(response), std::move(transaction)};
}

}  // namespace berth::services::ecs
