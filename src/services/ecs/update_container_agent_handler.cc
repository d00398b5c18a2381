#include <fmt/format.h>

#include "services/core/lookup.h"
#include "services/ecs/attribute_rules.h"
#include "services/ecs/handlers.h"

namespace berth::services::ecs {

Async<ApiResult<model::ecs::UpdateContainerAgentResponse>> update_container_agent(
    Context& context, model::ecs::UpdateContainerAgentRequest request) {
  const auto view = co_await context.read();
  auto cluster = find_active_cluster(context, view, request.cluster);
  if (!cluster) co_return cluster.take_error();
  const auto* found = find_instance(context, view, **cluster, request.container_instance);
  if (!found || found->record->status == domain::InstanceStatus::inactive)
    co_return wire::invalid_parameter("The referenced container instance was not found.");
  const auto* family = find_attribute(found->record->attributes, "ecs.os-family");
  if (family && family->value.value_or("").starts_with("WINDOWS"))
    co_return wire::client_exception("The container agent of a Windows instance cannot be updated this way.");
  const auto& version = found->record->version_info;
  if (!version || version->agent_version.value_or("").empty())
    co_return wire::missing_version(
        fmt::format("The version of the container agent of {} is not known: it has not connected yet.",
                    found->record->arn));
  co_return wire::no_update_available(
      fmt::format("There's no update available for this Amazon ECS container agent. It runs version {}.",
                  *version->agent_version));
}

}  // namespace berth::services::ecs
