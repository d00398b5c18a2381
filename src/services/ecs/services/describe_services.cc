#include <fmt/format.h>

#include <algorithm>

#include "services/ecs/core/lookup.h"
#include "services/ecs/core/render.h"
#include "services/ecs/operations.h"
#include "services/ecs/services/service_lookup.h"

namespace berth::services::ecs {

Decision<model::ecs::DescribeServicesResponse> describe_services(
    const Call& call, const store::View& view, const model::ecs::DescribeServicesRequest& request) {
  const auto services_max = static_cast<std::size_t>(call.deps.limits.describe_services_items);
  if (request.services.empty()) return model::ecs::invalid_parameter_exception("Services cannot be empty.");
  if (request.services.size() > services_max)
    return model::ecs::invalid_parameter_exception(
        fmt::format("services may name at most {} services, not {}.", services_max, request.services.size()));
  const bool with_tags =
      request.include && std::find(request.include->begin(), request.include->end(),
                                   model::ecs::ServiceField::tags) != request.include->end();
  model::ecs::DescribeServicesResponse response;
  response.services.emplace();
  response.failures.emplace();
  auto cluster = find_active_cluster_of(call, view, request.cluster, "service", request.services);
  if (!cluster) return cluster.take_error();
  for (const auto& name : request.services) {
    if (const auto* service = find_service(call, view, **cluster, name))
      response.services->push_back(
          render_service(call, view, *service->record, with_tags ? ServiceTags::yes : ServiceTags::no));
    else
      response.failures->push_back(failure(missing_arn(call, (*cluster)->name, "service", name), "MISSING"));
  }
  return response;
}

}  // namespace berth::services::ecs
