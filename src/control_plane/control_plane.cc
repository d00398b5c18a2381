#include "control_plane/control_plane.h"

#include "services/berth/operations.h"
#include "services/ecs/operations.h"
#include "services/logs/operations.h"
#include "services/sts/operations.h"

namespace berth::control_plane {
namespace {

gateway::GatewayDeps gateway_deps(const Deps& deps, const Settings& settings) {
  return {.store = deps.store,
          .runtime = deps.runtime,
          .find_key = deps.find_key,
          .owner = deps.name,
          .sole = settings.sole,
          .limits = settings.gateway,
          .agent_packages = deps.agent_packages,
          .task_roles = deps.task_roles};
}

controllers::Options controller_options(const Settings& settings) {
  auto options = settings.controllers;
  options.sole = settings.sole;
  return options;
}

api::FrontEndDeps front_end_deps(Deps& deps, const api::OperationTable& operations,
                                 api::Throttles* throttles) {
  return {.store = deps.store,
          .runtime = deps.runtime,
          .operations = operations,
          .find_key = deps.find_key,
          .throttles = throttles,
          .more_metrics = std::move(deps.more_metrics),
          .warning = std::move(deps.warning),
          .reset = std::move(deps.reset)};
}

}  // namespace

ControlPlane::ControlPlane(Deps deps, const Settings& settings)
    : gateway_(gateway_deps(deps, settings)),
      controllers_({.store = deps.store, .runtime = deps.runtime, .options = controller_options(settings)}),
      ecs_{.limits = settings.controllers.limits,
           .compat = settings.controllers.compat,
           .endpoint = {},
           .agent_packages = deps.agent_packages,
           .stops = &gateway_},
      logs_{.journal = deps.journal},
      front_end_(front_end_deps(deps, operations_, settings.throttles ? &throttles_.emplace() : nullptr)),
      router_(front_end_, gateway_, std::move(deps.downloads)),
      run_controllers_(settings.run_controllers) {
  add_services(operations_, ecs_);
  if (logs_.journal) add_logs(operations_, logs_);
}

void ControlPlane::start() {
  started_ = true;
  gateway_.start();
  if (run_controllers_) controllers_.start();
}

Async<void> ControlPlane::stop() {
  co_await controllers_.stop();
  if (started_) co_await gateway_.stop();
}

void add_services(api::OperationTable& table, const services::ecs::Deps& ecs) {
  services::control::add_operations(table, ecs);
  services::ecs::add_operations(table, ecs);
  services::sts::add_operations(table);
}

void add_logs(api::OperationTable& table, const services::logs::Deps& logs) {
  services::logs::add_operations(table, logs);
}

std::vector<std::string> implemented_operations() {
  const services::ecs::Deps none;
  const services::logs::Deps no_logs;
  api::OperationTable table;
  add_services(table, none);
  add_logs(table, no_logs);
  return table.list();
}

}  // namespace berth::control_plane
