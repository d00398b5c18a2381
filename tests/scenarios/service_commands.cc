#include <fmt/format.h>

#include <algorithm>

#include "scenario_world.h"

namespace berth::scenarios {
namespace {

using model::ecs::DeploymentConfiguration;

std::optional<DeploymentConfiguration> configuration_of(const ScriptLine& line) {
  DeploymentConfiguration given;
  given.minimum_healthy_percent = line.number("min");
  given.maximum_percent = line.number("max");
  given.bake_time_in_minutes = line.number("bake");
  if (const auto breaker = line.text("breaker")) {
    given.deployment_circuit_breaker.emplace();
    given.deployment_circuit_breaker->enable = *breaker != "off";
    given.deployment_circuit_breaker->rollback = *breaker == "rollback";
  }
  const bool any = given.minimum_healthy_percent || given.maximum_percent || given.bake_time_in_minutes ||
                   given.deployment_circuit_breaker;
  return any ? std::optional(given) : std::nullopt;
}

std::string definition_name(const std::optional<std::string>& arn) {
  return arn.value_or("").substr(arn.value_or("").rfind('/') + 1);
}

}  // namespace

model::ecs::Service ScenarioWorld::service(const std::string& name) {
  const auto answer =
      call(services::ecs::describe_services, {.cluster = "default", .services = {name}, .include = {}});
  if (!answer || !answer->services || answer->services->empty()) return {};
  const auto shown = answer->services->front();
  // The oldest first: their names are to be stable.
  if (shown.deployments)
    for (auto at = shown.deployments->rbegin(); at != shown.deployments->rend(); ++at)
      deployment_names_.try_emplace(*at->id, fmt::format("ecs-svc/{}", deployment_names_.size() + 1));
  return shown;
}

std::string ScenarioWorld::create_service(const ScriptLine& line) {
  model::ecs::CreateServiceRequest request;
  request.service_name = line.word(0);
  request.task_definition = line.text("task");
  request.desired_count = line.number("count");
  if (line.has("daemon")) request.scheduling_strategy = model::ecs::SchedulingStrategy::daemon;
  request.deployment_configuration = configuration_of(line);
  if (auto constraints = constraints_of(line); !constraints.empty())
    request.placement_constraints = std::move(constraints);
  request.health_check_grace_period_seconds = line.number("grace");
  const auto answer = call(services::ecs::create_service, std::move(request));
  if (!answer) return error(answer.error());
  service(line.word(0));
  return {};
}

std::string ScenarioWorld::update_service(const ScriptLine& line) {
  model::ecs::UpdateServiceRequest request;
  request.service = line.word(0);
  request.task_definition = line.text("task");
  request.desired_count = line.number("count");
  request.deployment_configuration = configuration_of(line);
  if (line.has("force")) request.force_new_deployment = true;
  const auto answer = call(services::ecs::update_service, std::move(request));
  if (!answer) return error(answer.error());
  service(line.word(0));
  return {};
}

std::string ScenarioWorld::delete_service(const ScriptLine& line) {
  const auto answer = call(services::ecs::delete_service,
                           {.cluster = "default", .service = line.word(0), .force = line.has("force")});
  return answer ? std::string() : error(answer.error());
}

std::string ScenarioWorld::describe(const ScriptLine& line) {
  const auto shown = service(line.word(0));
  if (!shown.service_name) return "MISSING\n";
  std::string printed =
      fmt::format("{} {}: desired {} running {} pending {}\n", *shown.service_name, *shown.status,
                  *shown.desired_count, *shown.running_count, *shown.pending_count);
  for (const auto& deployment : *shown.deployments) {
    printed += fmt::format("  {} {} {} {}: desired {} running {} pending {} failed {}\n", *deployment.id,
                           *deployment.status, definition_name(deployment.task_definition),
                           to_string(*deployment.rollout_state), *deployment.desired_count,
                           *deployment.running_count, *deployment.pending_count, *deployment.failed_tasks);
    if (line.has("why")) printed += fmt::format("    {}\n", deployment.rollout_state_reason.value_or(""));
  }
  return readable(std::move(printed));
}

std::string ScenarioWorld::events(const ScriptLine& line) {
  const auto shown = service(line.word(0));
  std::string printed;
  if (!shown.events) return "MISSING\n";
  for (auto event = shown.events->rbegin(); event != shown.events->rend(); ++event) {
    if (!events_shown_.insert(*event->id).second) continue;
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(*event->created_at - began_).count();
    printed += fmt::format("{}:{:02} {}\n", seconds / 60, seconds % 60, *event->message);
  }
  return printed.empty() ? "none\n" : readable(std::move(printed));
}

std::string ScenarioWorld::deployments(const ScriptLine& line) {
  const auto answer =
      call(services::ecs::list_service_deployments, {.service = line.word(0), .cluster = "default"});
  if (!answer) return error(answer.error());
  std::string printed;
  for (const auto& brief : *answer->service_deployments) {
    printed += std::string(to_string(*brief.status));
    if (brief.status_reason) printed += ": " + *brief.status_reason;
    printed += "\n";
  }
  return readable(std::move(printed));
}

std::string ScenarioWorld::stop_deployment(const ScriptLine& line) {
  const auto answer =
      call(services::ecs::stop_service_deployment,
           {.service_deployment_arn = service(line.word(0)).current_service_deployment.value_or("")});
  return answer ? std::string() : error(answer.error());
}

}  // namespace berth::scenarios
