#include "scenario_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/assert.h"

namespace berth::scenarios {
namespace {

const domain::Realm kRealm{"123456789012", "us-east-1"};

controllers::Options options_of(domain::Compat compat) {
  controllers::Options options;
  options.compat = compat;
  options.limits = domain::limits_of(compat);
  return options;
}

Async<void> with_view(store::Store* store, const std::function<void(const store::View&)>* at) {
  const auto view = co_await store->read();
  (*at)(view);
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

// Where an id of 32 hex digits begins.
std::size_t find_id(const std::string& text) {
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    digits = std::isxdigit(static_cast<unsigned char>(text[i])) ? digits + 1 : 0;
    if (digits == 32) return i - 31;
  }
  return std::string::npos;
}

}  // namespace

ScenarioWorld::ScenarioWorld(domain::Compat compat)
    : compat_(compat),
      ecs_{.limits = domain::limits_of(compat), .compat = compat, .endpoint = "http://127.0.0.1:5167"},
      controllers_(controllers::Controllers::Deps{committer_, node_.runtime(), options_of(compat)}) {
  sim_.set_timer_jitter(Duration::zero());
  check(sim_.run(node_, committer_.start()).ok(), "the store of a scenario must start");
  sim_.run(node_, start(&controllers_));
  check(call(services::ecs::create_cluster, {.cluster_name = "default"}).ok(), "the cluster must be made");
  began_ = node_.runtime().clock().wall();
}

ScenarioWorld::~ScenarioWorld() {
  group_.cancel();
  sim_.run_until([this] { return group_.size() == 0; });
  sim_.run(node_, controllers_.stop());
  sim_.run(node_, committer_.stop());
}

Async<void> ScenarioWorld::start(controllers::Controllers* controllers) {
  controllers->start();
  group_.spawn(agents_.run());
  group_.spawn(bounds_.run());
  co_return;
}

api::CallParts ScenarioWorld::call_parts() {
  api::CallParts parts{.principal = {},
                       .realm = kRealm,
                       .request_id = "request",
                       .endpoint = "http://127.0.0.1:5167",
                       .now = node_.runtime().clock().wall()};
  parts.principal.account_id = kRealm.account;
  parts.principal.arn = "arn:aws:iam::123456789012:root";
  return parts;
}

void ScenarioWorld::look(const std::function<void(const store::View&)>& at) {
  sim_.run(node_, with_view(&committer_, &at));
}

std::string ScenarioWorld::error(const wire::ApiError& error) {
  return readable(fmt::format("error {}: {}\n", error.code, error.message));
}

std::string ScenarioWorld::failures(const std::optional<std::vector<model::ecs::Failure>>& failures) {
  std::string text;
  if (failures)
    for (const auto& failure : *failures) {
      const std::string arn = failure.arn.value_or("");
      text += fmt::format("failure {} {}", arn.substr(arn.rfind('/') + 1), failure.reason.value_or(""));
      if (failure.detail) text += fmt::format(" ({})", *failure.detail);
      text += "\n";
    }
  return readable(std::move(text));
}

std::string ScenarioWorld::readable(std::string text) {
  for (const auto& [name, id] : instance_ids_) replace_all(text, id, name);
  for (const auto& [id, name] : deployment_names_) replace_all(text, id, name);
  for (auto at = find_id(text); at != std::string::npos; at = find_id(text)) text.replace(at, 32, "...");
  replace_all(text, "(task ...) (task ...)", "(task ...)");
  while (text.find("(task ...) (task ...)") != std::string::npos)
    replace_all(text, "(task ...) (task ...)", "(task ...)");
  return text;
}

std::string ScenarioWorld::run(std::string_view text) {
  const ScriptLine line = parse_line(text);
  const auto found = commands().find(line.command);
  if (found == commands().end()) return fmt::format("there is no command '{}'\n", line.command);
  return (this->*found->second)(line);
}

const std::map<std::string, ScenarioWorld::Command>& ScenarioWorld::commands() {
  using World = ScenarioWorld;
  static const std::map<std::string, Command> table = {
      {"instance", &World::instance},
      {"drain", &World::set_state},
      {"activate", &World::set_state},
      {"connect", &World::connect},
      {"disconnect", &World::connect},
      {"deregister", &World::deregister},
      {"resources", &World::resources},
      {"define", &World::define},
      {"deregister-definition", &World::deregister_definition},
      {"run-task", &World::run_task},
      {"start-task", &World::start_task},
      {"stop-task", &World::stop_task},
      {"kill", &World::kill},
      {"tasks", &World::tasks},
      {"stopped", &World::stopped},
      {"create-service", &World::create_service},
      {"update-service", &World::update_service},
      {"delete-service", &World::delete_service},
      {"describe", &World::describe},
      {"events", &World::events},
      {"deployments", &World::deployments},
      {"stop-deployment", &World::stop_deployment},
      {"wait", &World::wait},
      {"stable", &World::stable},
  };
  return table;
}

std::string ScenarioWorld::bounds_of(const std::string& service) {
  const auto bounds = bounds_.bounds(service);
  return fmt::format("{} to {} running, at most {} tasks", bounds.running_min, bounds.running_max,
                     bounds.tasks_max);
}

std::string ScenarioWorld::wait(const ScriptLine& line) {
  const std::string service = line.word(1);
  if (!service.empty()) bounds_.reset(service);
  sim_.run_for(parse_time(line.word(0)));
  return service.empty() ? std::string() : fmt::format("{}: {}\n", service, bounds_of(service));
}

// As `aws ecs wait services-stable`, but it looks more often.
std::string ScenarioWorld::stable(const ScriptLine& line) {
  const std::string name = line.word(0);
  bounds_.reset(name);
  const MonotonicTime began = sim_.now();
  const Duration limit = std::chrono::minutes(10);
  while (true) {
    const auto shown = service(name);
    const auto after = std::chrono::duration_cast<std::chrono::seconds>(sim_.now() - began);
    if (shown.deployments && shown.deployments->size() == 1 && shown.running_count == shown.desired_count)
      return fmt::format("{} is stable after {} s: {}\n", name, after.count(), bounds_of(name));
    if (after >= limit) return fmt::format("{} is not stable after {} s\n", name, after.count());
    sim_.run_for(std::chrono::milliseconds(100));
  }
}

std::vector<model::ecs::PlacementConstraint> constraints_of(const ScriptLine& line) {
  std::vector<model::ecs::PlacementConstraint> constraints;
  for (const auto& expression : line.all("memberOf"))
    constraints.push_back({.type = model::ecs::PlacementConstraintType::member_of, .expression = expression});
  if (line.has("distinct"))
    constraints.push_back({.type = model::ecs::PlacementConstraintType::distinct_instance});
  return constraints;
}

}  // namespace berth::scenarios
