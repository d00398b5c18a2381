#include "api/paginate.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/operations.h"

namespace berth::services::ecs {
namespace {

/// API: without maxResults, 10 a page.
constexpr std::int32_t kPageDefault = 10;
constexpr std::int32_t kPageMax = 100;

}  // namespace

Decision<model::ecs::ListServicesResponse> list_services(const Call& call, const store::View& view,
                                                         const model::ecs::ListServicesRequest& request) {
  auto name = cluster_name(call, request.cluster);
  if (!name) return name.take_error();
  const auto filter = api::hash_filter(
      {*name, request.launch_type ? to_string(*request.launch_type) : "",
       request.scheduling_strategy ? to_string(*request.scheduling_strategy) : "",
       request.resource_management_type ? to_string(*request.resource_management_type) : ""});
  auto page = page_request(call, "ListServices", filter, request.next_token, request.max_results, kPageMax,
                           kPageDefault);
  if (!page) return model::ecs::invalid_parameter_exception(page.error().message);
  model::ecs::ListServicesResponse response;
  response.service_arns.emplace();
  auto cluster = find_active_cluster(call, view, request.cluster);
  if (!cluster) return cluster.take_error();
  using Stored = store::Stored<domain::ServiceRecord>;
  response.next_token = fill_page(
      call, *page, view.group(store::kServicesByCluster, store::cluster_key(call.realm, *name)),
      [&](const Stored& service) {
        const auto launch_type = service.record->launch_type.value_or(model::ecs::LaunchType::ec2);
        // API: a service that is being deleted is no longer listed, only described.
        return service.record->status == domain::ServiceStatus::active &&
               (!request.launch_type || *request.launch_type == launch_type) &&
               (!request.scheduling_strategy ||
                *request.scheduling_strategy == service.record->scheduling_strategy) &&
               request.resource_management_type != model::ecs::ResourceManagementType::ecs;
      },
      [&](const Stored& service) { response.service_arns->push_back(service.record->arn); });
  return response;
}

}  // namespace berth::services::ecs
