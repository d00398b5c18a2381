#pragma once
#include <string>
#include <utility>
#include <vector>

#include "controllers/service/plan.h"
#include "scheduling/service_rules.h"

namespace berth::controllers::service::testing {

/// A service and its tasks, for plans: built by hand, moved on by the test.
struct PlanWorld {
  domain::ServiceRecord service;
  std::vector<TaskFact> tasks;
  std::vector<ExitFact> exits;
  std::vector<HostFact> hosts;
  WallTime now{1'800'000'000'000};
  bool blocked = false;
  domain::Compat compat = domain::Compat::current;
  std::string last_failure;
  const WallSteps* steps = nullptr;
  int last_id = 0;
  std::uint64_t last_deployment = 0;

  explicit PlanWorld(std::int32_t desired) {
    service.account = "000000000000";
    service.region = "us-east-1";
    service.cluster = "c";
    service.name = "web";
    service.status = domain::ServiceStatus::active;
    service.scheduling_strategy = model::ecs::SchedulingStrategy::replica;
    service.desired_count = desired;
    deploy();
  }
  std::string deploy() {
    domain::TaskDefinitionRecord definition;
    definition.family = "web";
    definition.revision = static_cast<std::int32_t>(++last_deployment);
    return scheduling::begin_deployment(service, definition, {last_deployment, "d", "r"}, now).id;
  }
  void percents(std::int32_t low, std::int32_t high) {
    if (!service.deployment_configuration) service.deployment_configuration.emplace();
    service.deployment_configuration->minimum_healthy_percent = low;
    service.deployment_configuration->maximum_percent = high;
  }
  void breaker(bool rollback) {
    if (!service.deployment_configuration) service.deployment_configuration.emplace();
    auto& breaker = service.deployment_configuration->deployment_circuit_breaker.emplace();
    breaker.enable = true;
    breaker.rollback = rollback;
  }
  const domain::DeploymentState& primary() const { return *scheduling::primary_of(service); }
  TaskFact& add_task(const std::string& deployment, bool running, const std::string& host = "h1") {
    TaskFact task;
    task.id = "t" + std::to_string(++last_id);
    task.deployment_id = deployment;
    task.instance = host;
    task.running = running;
    task.created_at = now;
    if (running) task.started_at = now - std::chrono::minutes(1);
    return tasks.emplace_back(std::move(task));
  }
  void add_running(const std::string& deployment, int count) {
    for (int i = 0; i < count; ++i) add_task(deployment, true);
  }
  /// Marks the PRIMARY deployment as done.
  void complete() {
    auto* primary = scheduling::primary_of(service);
    primary->rollout_state = model::ecs::DeploymentRolloutState::completed;
    service.last_completed = *primary;
    service.steady_since = now;
  }
  /// Plans, and takes in what the plan says of the service and of tasks to stop.
  ServicePlan step() {
    const Facts facts = make_facts();
    return take_in(plan(facts));
  }
  /// As step(); nothing that is to be started finds a place.
  ServicePlan step_unplaced(const WhyNot& why_not) {
    const Facts facts = make_facts();
    ServicePlan made = plan(facts);
    if (made.starts > 0) account_unplaced(made, facts, made.starts, why_not);
    return take_in(std::move(made));
  }
  Facts make_facts() const {
    return Facts{service, tasks, exits, hosts, blocked, now, compat, last_failure, {}, steps};
  }
  ServicePlan take_in(ServicePlan made) {
    service = made.after;
    exits.clear();
    for (const auto& order : made.stops) tasks[order.task].wanted = false;
    return made;
  }
  void remove_stopping() {
    std::erase_if(tasks, [](const TaskFact& task) { return !task.wanted; });
  }
};

}  // namespace berth::controllers::service::testing
