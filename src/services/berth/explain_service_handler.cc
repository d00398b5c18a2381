#include <fmt/format.h>

#include <iterator>

#include "controllers/service/facts.h"
#include "scheduling/task_writes.h"
#include "services/berth/instance_document.h"
#include "services/berth/operations.h"
#include "services/berth/service_waits.h"
#include "services/ecs/core/lookup.h"

namespace berth::services::control {
namespace {

using controllers::service::Facts;
using controllers::service::FactSource;
using controllers::service::ServicePlan;
using domain::ServiceRecord;
using model::control::ExplainServiceRequest;
using model::control::ExplainServiceResponse;

constexpr std::size_t kFailuresShown = 5;
constexpr std::size_t kEventsShown = 5;

JsonObject counts_document(const TaskCounts& counts) {
  JsonObject object;
  object["running"] = counts.running;
  object["pending"] = counts.pending;
  object["healthy"] = counts.healthy;
  object["stopping"] = counts.stopping;
  return object;
}

JsonObject breaker_document(const ServiceRecord& service, const domain::DeploymentState& deployment) {
  JsonObject object;
  object["enabled"] = scheduling::breaker_enabled(service);
  object["rollback"] = scheduling::breaker_rolls_back(service);
  object["failedTasks"] = deployment.failed_tasks;
  object["threshold"] = scheduling::breaker_threshold(service.desired_count);
  return object;
}

JsonObject deployment_document(const Facts& facts, const domain::DeploymentState& deployment) {
  const auto counts = count_tasks(facts, deployment.id);
  JsonObject object;
  object["id"] = deployment.id;
  object["status"] = to_string(deployment.status);
  object["taskDefinition"] = deployment.task_definition_arn;
  object["rolloutState"] = to_string(deployment.rollout_state);
  object["rolloutStateReason"] = deployment.rollout_state_reason.value_or("");
  object["desired"] = deployment.desired_count;
  object["tasks"] = counts_document(counts);
  object["circuitBreaker"] = breaker_document(facts.service, deployment);
  object["nextStartAt"] = time_value(deployment.next_start_at);
  object["lastFailureAt"] = time_value(deployment.last_failure_at);
  object["createdAt"] = time_value(deployment.created_at);
  return object;
}

JsonArray wait_array(const std::vector<Wait>& waits) {
  JsonArray array;
  for (const auto& wait : waits) {
    JsonObject one;
    one["code"] = wait.code;
    one["text"] = wait.text;
    if (wait.until) one["until"] = time_value(wait.until);
    JsonArray tasks;
    for (const auto& id : wait.tasks) tasks.emplace_back(id);
    one["tasks"] = std::move(tasks);
    array.push_back(std::move(one));
  }
  return array;
}

JsonObject next_document(const Facts& facts, const ServicePlan& plan) {
  JsonObject object;
  object["starts"] = plan.starts;
  JsonArray stops;
  for (const auto& stop : plan.stops) {
    JsonObject one;
    one["task"] = facts.tasks[stop.task].id;
    one["reason"] = stop.reason;
    stops.push_back(std::move(one));
  }
  object["stops"] = std::move(stops);
  object["lookAgainAt"] = time_value(plan.look_again);
  return object;
}

// The newest tasks of the service that ended by themselves.
JsonArray failure_array(const store::View& view, const std::string& service_key) {
  JsonArray array;
  const auto group = view.group(store::kStoppedTasksByService, service_key);
  for (auto at = std::make_reverse_iterator(group.end());
       at != std::make_reverse_iterator(group.begin()) && array.size() < kFailuresShown; ++at) {
    const auto& task = *at->second->record;
    if (task.stop_code != model::ecs::TaskStopCode::task_failed_to_start &&
        task.stop_code != model::ecs::TaskStopCode::essential_container_exited)
      continue;
    JsonObject one;
    one["taskArn"] = task.arn;
    one["stoppedAt"] = time_value(task.stopped_at);
    one["stopCode"] = to_string(*task.stop_code);
    one["stoppedReason"] = task.stopped_reason.value_or("");
    JsonArray containers;
    for (const auto& container : task.containers) {
      JsonObject entry;
      entry["name"] = container.name;
      if (container.exit_code) entry["exitCode"] = *container.exit_code;
      if (container.reason) entry["reason"] = *container.reason;
      containers.push_back(std::move(entry));
    }
    one["containers"] = std::move(containers);
    array.push_back(std::move(one));
  }
  return array;
}

JsonArray event_array(const ServiceRecord& service) {
  JsonArray array;
  if (!service.events) return array;
  for (const auto& event : *service.events) {
    if (array.size() == kEventsShown) break;
    JsonObject one;
    one["createdAt"] = time_value(event.created_at);
    one["message"] = event.message.value_or("");
    array.push_back(std::move(one));
  }
  return array;
}

// Where the next task of the PRIMARY deployment could go; null when its definition is gone.
JsonValue decision_of(const Call& call, const store::View& view, const domain::ClusterRecord& cluster,
                      const ServiceRecord& service, std::string& problem) {
  const auto* primary = scheduling::primary_of(service);
  const auto* definition = primary ? controllers::service::definition_of(view, service, *primary) : nullptr;
  if (!definition) {
    problem = "Its task definition does not exist any more.";
    return nullptr;
  }
  domain::TaskPlan plan{cluster, *definition->record};
  plan.group = scheduling::service_group(service.name);
  auto request =
      scheduling::placement_request(plan, controllers::service::raw_constraints(service),
                                    controllers::service::raw_strategies(service), call.deps.limits);
  if (!request) {
    problem = request.error().message;
    return nullptr;
  }
  request->default_strategy = placement::DefaultStrategy::zones_then_hosts;
  const ClusterSnapshot snapshot(view, call.realm, cluster.name);
  auto decision = decision_document(snapshot, *request, call.now);
  if (decision["fitting"].as_int64() == 0) problem = std::string(decision["summary"].as_string());
  return decision;
}

JsonObject head_of(const Facts& facts, scheduling::DeploymentBounds bounds) {
  const auto& service = facts.service;
  JsonObject document;
  document["kind"] = "service";
  document["at"] = time_value(facts.now);
  document["cluster"] = service.cluster;
  document["service"] = service.name;
  document["serviceArn"] = service.arn;
  document["status"] = to_string(service.status);
  document["schedulingStrategy"] = to_string(service.scheduling_strategy);
  document["desired"] = service.desired_count;
  document["tasks"] = counts_document(count_tasks(facts, ""));
  document["steadySince"] = time_value(service.steady_since);
  JsonObject limits;
  limits["healthyMin"] = bounds.healthy_min;
  limits["tasksMax"] = bounds.tasks_max;
  const auto shown = scheduling::shown_configuration(service, facts.compat);
  limits["minimumHealthyPercent"] = shown.minimum_healthy_percent.value_or(0);
  limits["maximumPercent"] = shown.maximum_percent.value_or(0);
  document["bounds"] = std::move(limits);
  return document;
}

std::string summary_of(const ServiceRecord& service, const std::vector<Wait>& waits, WallTime now) {
  if (service.status == domain::ServiceStatus::inactive) return "The service is INACTIVE: it was deleted.";
  if (service.status == domain::ServiceStatus::draining && waits.empty())
    return "The service is being deleted, and all its tasks have stopped.";
  if (!waits.empty()) return waits.front().text;
  if (service.steady_since)
    return fmt::format("Everything is as it should be, for {}.", render_age(now - *service.steady_since));
  return "Everything is as it should be.";
}

ApiResult<JsonObject> document_of(const Call& call, const store::View& view,
                                  const ExplainServiceRequest& request) {
  auto cluster = find_active_cluster_of(call, view, request.cluster, "service", request.service);
  if (!cluster) return cluster.take_error();
  const auto name = id_in_cluster(call, (*cluster)->name, "service", request.service);
  const auto* stored = view.find<ServiceRecord>(store::service_key(call.realm, (*cluster)->name, name));
  if (name.empty() || !stored || stored->record->cluster_generation != (*cluster)->generation)
    return ecs::service_not_found();
  const auto& service = *stored->record;
  // Whether the scheduler has given up placing for now is seen from what it told users.
  const FactSource source(view, *stored, call.now, call.deps.compat, service.unable_to_place_at.has_value());
  const Facts& facts = source.facts();
  const auto plan = controllers::service::plan(facts);
  const auto bounds = scheduling::bounds_of(service, service.desired_count, call.deps.compat);
  std::string problem;
  JsonValue decision = decision_of(call, view, **cluster, service, problem);
  const auto waits = waits_of({facts, plan, bounds, problem});

  JsonObject document = head_of(facts, bounds);
  document["summary"] = summary_of(service, waits, call.now);
  document["waits"] = wait_array(waits);
  JsonArray deployments;
  for (const auto& deployment : service.deployments)
    deployments.push_back(deployment_document(facts, deployment));
  document["deployments"] = std::move(deployments);
  document["next"] = next_document(facts, plan);
  document["decision"] = std::move(decision);
  document["failures"] = failure_array(view, stored->key);
  document["events"] = event_array(service);
  return document;
}

}  // namespace

Decision<ExplainServiceResponse> explain_service(const Call& call, const store::View& view,
                                                 const ExplainServiceRequest& request) {
  auto document = document_of(call, view, request);
  if (!document) return document.take_error();
  ExplainServiceResponse response;
  response.document = render_json(JsonValue(std::move(*document)));
  return response;
}

}  // namespace berth::services::control
