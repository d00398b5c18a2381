#include "services/ecs/services/service_lookup.h"

#include <fmt/format.h>

#include "domain/task_definition.h"
#include "scheduling/service_rules.h"
#include "services/ecs/core/lookup.h"

namespace berth::services::ecs {

const store::Stored<domain::ServiceRecord>* find_service(const Call& call, const store::View& view,
                                                         const domain::ClusterRecord& cluster,
                                                         std::string_view name_or_arn) {
  const auto name = id_in_cluster(call, cluster.name, "service", name_or_arn);
  if (name.empty()) return nullptr;
  const auto* found = view.find<domain::ServiceRecord>(store::service_key(call.realm, cluster.name, name));
  return found && found->record->cluster_generation == cluster.generation ? found : nullptr;
}

ApiResult<const store::Stored<domain::TaskDefinitionRecord>*> service_definition(
    const Call& call, const store::View& view, const std::string& task_definition,
    const std::optional<model::ecs::NetworkConfiguration>& network) {
  const auto reference = parse_definition_reference(call, task_definition);
  if (!reference) return model::ecs::client_exception(reference.error().message);
  const auto* found = find_definition(call, view, *reference);
  if (!found) return model::ecs::client_exception("TaskDefinition not found.");
  if (found->record->status != domain::DefinitionStatus::active)
    return model::ecs::client_exception("TaskDefinition is inactive");
  const std::string reason = domain::why_not_runnable(found->record->definition);
  if (!reason.empty())
    return model::ecs::client_exception(fmt::format("The task definition cannot run here: {}.", reason));
  if (network && network->awsvpc_configuration)
    return model::ecs::invalid_parameter_exception(
        "Network Configuration is not valid for the given networkMode of this task definition.");
  return found;
}

void deploy(const Call& call, store::Transaction& transaction, domain::ServiceRecord& service,
            const domain::TaskDefinitionRecord& definition) {
  auto& ids = call.runtime.ids();
  const scheduling::DeploymentIds new_ids{ids.next64(), ids.hex(21), ids.hex(21)};
  std::optional<domain::DeploymentState> source;
  if (const auto* primary = scheduling::primary_of(service)) source = *primary;
  const auto& deployment = scheduling::begin_deployment(service, definition, new_ids, call.now);
  transaction.put(scheduling::service_deployment_record(service, deployment, source ? &*source : nullptr,
                                                        call.deps.compat));
  transaction.put(scheduling::service_revision_record(service, deployment, definition));
}

}  // namespace berth::services::ecs
