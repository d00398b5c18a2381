#include <fmt/format.h>

#include <algorithm>

#include "services/core/lookup.h"
#include "services/ecs/handlers.h"
#include "services/ecs/render.h"
#include "services/ecs/service_lookup.h"

namespace berth::services::ecs {

Async<ApiResult<model::ecs::DescribeServicesResponse>> describe_services(
    Context& context, model::ecs::DescribeServicesRequest request) {
  const auto services_max = static_cast<std::size_t>(context.services.limits.describe_services_items);
  if (request.services.empty()) co_return wire::invalid_parameter("Services cannot be empty.");
  if (request.services.size() > services_max)
    co_return wire::invalid_parameter(
        fmt::format("services may name at most {} services, not {}.", services_max, request.services.size()));
  const bool with_tags =
      request.include && std::find(request.include->begin(), request.include->end(),
                                   model::ecs::ServiceField::tags) != request.include->end();
  model::ecs::DescribeServicesResponse response;
  response.services.emplace();
  response.failures.emplace();
  const auto view = co_await context.read();
  auto cluster = find_active_cluster_of(context, view, request.cluster, "service", request.services);
  if (!cluster) co_return cluster.take_error();
  for (const auto& name : request.services) {
    if (const auto* service = find_service(context, view, **cluster, name))
      response.services->push_back(
          render_service(context, view, *service->record, with_tags ? ServiceTags::yes : ServiceTags::no));
    else
      response.failures->push_back(
          failure(missing_arn(context, (*cluster)->name, "service", name), "MISSING"));
  }
  co_return response;
}

}  // namespace berth::services::ecs
