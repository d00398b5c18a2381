#include <fmt/format.h>

#include <algorithm>

#include "api/paginate.h"
#include "base/arn.h"
#include "scheduling/service_rules.h"
#include "services/ecs/core/lookup.h"
#include "services/ecs/core/render.h"
#include "services/ecs/operations.h"
#include "services/ecs/services/service_lookup.h"

namespace berth::services::ecs {
namespace {

using domain::ServiceDeploymentRecord;
using domain::ServiceRevisionRecord;

/// API: at most so many ARNs in one call.
constexpr std::size_t kDescribeMax = 20;

// The key of what an ARN of the type names; empty when it names nothing here.
std::string key_of(const Call& call, std::string_view type, const std::string& arn) {
  const auto parsed = parse_arn(arn);
  if (!parsed || parsed->service != "ecs" || parsed->region != call.realm.region ||
      parsed->account != call.realm.account)
    return {};
  const auto resource = parse_ecs_resource(parsed->resource);
  if (!resource || resource->type != type || resource->service.empty()) return {};
  return store::service_part_key(call.realm, resource->cluster, resource->service, resource->id);
}

std::optional<wire::ApiError> check_count(std::string_view member, std::size_t count) {
  if (count == 0) return model::ecs::invalid_parameter_exception(fmt::format("{} cannot be empty.", member));
  if (count > kDescribeMax)
    return model::ecs::invalid_parameter_exception(
        fmt::format("{} may name at most {}, not {}.", member, kDescribeMax, count));
  return std::nullopt;
}

model::ecs::ServiceDeploymentBrief brief_of(const model::ecs::ServiceDeployment& deployment) {
  model::ecs::ServiceDeploymentBrief brief;
  brief.service_deployment_arn = deployment.service_deployment_arn;
  brief.service_arn = deployment.service_arn;
  brief.cluster_arn = deployment.cluster_arn;
  brief.started_at = deployment.started_at;
  brief.created_at = deployment.created_at;
  brief.finished_at = deployment.finished_at;
  if (deployment.target_service_revision)
    brief.target_service_revision_arn = deployment.target_service_revision->arn;
  brief.status = deployment.status;
  brief.status_reason = deployment.status_reason;
  return brief;
}

// The numbers of a revision's tasks at the moment of the view.
void count_tasks(const store::View& view, const domain::ServiceRecord& service,
                 model::ecs::ServiceRevisionSummary& shown) {
  const domain::DeploymentState* of = nullptr;
  for (const auto& deployment : service.deployments)
    if (deployment.service_revision_id &&
        scheduling::service_part_arn(service, "service-revision", *deployment.service_revision_id) ==
            shown.arn)
      of = &deployment;
  shown.requested_task_count = of ? of->desired_count : 0;
  shown.running_task_count = 0;
  shown.pending_task_count = 0;
  if (!of) return;
  const auto key = store::Schema<domain::ServiceRecord>::key(service);
  for (const auto& [sort, task] : view.group(store::kTasksByService, key)) {
    if (task->record->deployment_id != of->id || task->record->desired_status != domain::TaskStatus::running)
      continue;
    const bool running = task->record->last_status == domain::TaskStatus::running;
    ++(running ? *shown.running_task_count : *shown.pending_task_count);
  }
}

model::ecs::ServiceDeployment with_counts(const Call& call, const store::View& view,
                                          const ServiceDeploymentRecord& record) {
  auto shown = record.deployment;
  const auto* service =
      view.find<domain::ServiceRecord>(store::service_key(call.realm, record.cluster, record.service));
  if (!service) return shown;
  if (shown.target_service_revision) count_tasks(view, *service->record, *shown.target_service_revision);
  if (shown.source_service_revisions)
    for (auto& source : *shown.source_service_revisions) count_tasks(view, *service->record, source);
  return shown;
}

bool wanted(const model::ecs::ListServiceDeploymentsRequest& request,
            const model::ecs::ServiceDeployment& deployment) {
  if (request.status && !request.status->empty() &&
      std::find(request.status->begin(), request.status->end(), deployment.status) == request.status->end())
    return false;
  if (!request.created_at) return true;
  if (request.created_at->after && deployment.created_at < *request.created_at->after) return false;
  return !request.created_at->before || deployment.created_at <= *request.created_at->before;
}

std::string filter_text(const model::ecs::ListServiceDeploymentsRequest& request) {
  std::string text = request.service;
  if (request.status)
    for (const auto status : *request.status) text += fmt::format(",{}", to_string(status));
  if (request.created_at && request.created_at->after)
    text += fmt::format(">{}", request.created_at->after->ms);
  if (request.created_at && request.created_at->before)
    text += fmt::format("<{}", request.created_at->before->ms);
  return text;
}

}  // namespace

Decision<model::ecs::ListServiceDeploymentsResponse> list_service_deployments(
    const Call& call, const store::View& view, const model::ecs::ListServiceDeploymentsRequest& request) {
  auto name = cluster_name(call, request.cluster);
  if (!name) return name.take_error();
  const auto filter = api::hash_filter({*name, filter_text(request)});
  auto page =
      page_request(call, "ListServiceDeployments", filter, request.next_token, request.max_results, 100, 20);
  if (!page) return model::ecs::invalid_parameter_exception(page.error().message);
  model::ecs::ListServiceDeploymentsResponse response;
  response.service_deployments.emplace();
  auto cluster = find_active_cluster_of(call, view, request.cluster, "service", request.service);
  if (!cluster) return cluster.take_error();
  const auto* service = find_service(call, view, **cluster, request.service);
  if (!service) return service_not_found();
  using Stored = store::Stored<ServiceDeploymentRecord>;
  response.next_token = fill_page(
      call, *page, view.group(store::kServiceDeploymentsByService, service->key),
      [&](const Stored& stored) { return wanted(request, stored.record->deployment); },
      [&](const Stored& stored) {
        response.service_deployments->push_back(brief_of(stored.record->deployment));
      });
  // Newest first, as far as a page reaches.
  std::reverse(response.service_deployments->begin(), response.service_deployments->end());
  return response;
}

Decision<model::ecs::DescribeServiceDeploymentsResponse> describe_service_deployments(
    const Call& call, const store::View& view, const model::ecs::DescribeServiceDeploymentsRequest& request) {
  if (auto error = check_count("serviceDeploymentArns", request.service_deployment_arns.size()))
    return *std::move(error);
  model::ecs::DescribeServiceDeploymentsResponse response;
  response.service_deployments.emplace();
  response.failures.emplace();
  for (const auto& arn : request.service_deployment_arns) {
    if (const auto* found = view.find<ServiceDeploymentRecord>(key_of(call, "service-deployment", arn)))
      response.service_deployments->push_back(with_counts(call, view, *found->record));
    else
      response.failures->push_back(failure(arn, "MISSING"));
  }
  return response;
}

Decision<model::ecs::DescribeServiceRevisionsResponse> describe_service_revisions(
    const Call& call, const store::View& view, const model::ecs::DescribeServiceRevisionsRequest& request) {
  if (auto error = check_count("serviceRevisionArns", request.service_revision_arns.size()))
    return *std::move(error);
  model::ecs::DescribeServiceRevisionsResponse response;
  response.service_revisions.emplace();
  response.failures.emplace();
  for (const auto& arn : request.service_revision_arns) {
    if (const auto* found = view.find<ServiceRevisionRecord>(key_of(call, "service-revision", arn)))
      response.service_revisions->push_back(found->record->revision);
    else
      response.failures->push_back(failure(arn, "MISSING"));
  }
  return response;
}

}  // namespace berth::services::ecs
