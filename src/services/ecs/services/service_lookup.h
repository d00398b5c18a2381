#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/ecs/types.h"
#include "services/ecs/core/call.h"

namespace berth::services::ecs {

/// A service by name or ARN, of this generation of the cluster, INACTIVE ones included; null when MISSING.
const store::Stored<domain::ServiceRecord>* find_service(const Call& call, const store::View& view,
                                                         const domain::ClusterRecord& cluster,
                                                         std::string_view name_or_arn);

/// A service as the API shows it, with the counts of the moment of the view.
enum class ServiceTags { no, yes };
model::ecs::Service render_service(const Call& call, const store::View& view,
                                   const domain::ServiceRecord& service, ServiceTags tags);

/// A task set of the service, as the API shows it.
model::ecs::TaskSet render_task_set(const store::View& view, const domain::ServiceRecord& service,
                                    const domain::TaskSetState& set, ServiceTags tags);

/// The definition that a service's tasks are to be made of: ACTIVE, and such as can run here.
/// Errors: ClientException, InvalidParameterException.
ApiResult<const store::Stored<domain::TaskDefinitionRecord>*> service_definition(
    const Call& call, const store::View& view, const std::string& task_definition,
    const std::optional<model::ecs::NetworkConfiguration>& network);

/// Makes a new PRIMARY deployment of the service, and puts the records of its service deployment and service
/// revision.
void deploy(const Call& call, store::Transaction& transaction, domain::ServiceRecord& service,
            const domain::TaskDefinitionRecord& definition);

}  // namespace berth::services::ecs
