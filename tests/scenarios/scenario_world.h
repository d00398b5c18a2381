#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>

#include "bounds_watch.h"
#include "controllers/controllers.h"
#include "pretended_agents.h"
#include "runtime/sim/sim_world.h"
#include "script_line.h"
#include "services/ecs/operations.h"
#include "store/committer.h"
#include "store/memory/memory_engine.h"

namespace berth::scenarios {

/// A whole control plane without sockets, driven by text, in virtual time: the real handlers, controllers and
/// store, and pretended agents (pretended_agents.h). README.md of this folder lists the commands.
class ScenarioWorld {
 public:
  explicit ScenarioWorld(domain::Compat compat);
  ~ScenarioWorld();
  /// Runs one line and returns what it prints, each line ended by a newline.
  std::string run(std::string_view line);

 private:
  using Command = std::string (ScenarioWorld::*)(const ScriptLine&);
  static const std::map<std::string, Command>& commands();

  // Container instances.
  std::string instance(const ScriptLine& line);
  std::string set_state(const ScriptLine& line);
  std::string connect(const ScriptLine& line);
  std::string deregister(const ScriptLine& line);
  std::string resources(const ScriptLine& line);
  // Task definitions and tasks.
  std::string define(const ScriptLine& line);
  std::string deregister_definition(const ScriptLine& line);
  std::string run_task(const ScriptLine& line);
  std::string start_task(const ScriptLine& line);
  std::string stop_task(const ScriptLine& line);
  std::string kill(const ScriptLine& line);
  std::string tasks(const ScriptLine& line);
  std::string stopped(const ScriptLine& line);
  // Services.
  std::string create_service(const ScriptLine& line);
  std::string update_service(const ScriptLine& line);
  std::string delete_service(const ScriptLine& line);
  std::string describe(const ScriptLine& line);
  std::string events(const ScriptLine& line);
  std::string deployments(const ScriptLine& line);
  std::string stop_deployment(const ScriptLine& line);
  // Time.
  std::string wait(const ScriptLine& line);
  std::string stable(const ScriptLine& line);

  template <class Response, class Request>
  api::ApiResult<Response> call(api::Decision<Response> (*decide)(const services::ecs::Call&,
                                                                  const store::View&, const Request&),
                                std::type_identity_t<Request> request) {
    auto parts = call_parts();
    const services::ecs::Call one(api::Call(node_.runtime(), parts), ecs_);
    api::Exchange exchange{committer_};
    const auto decide_on = [&](const store::View& view) { return decide(one, view, request); };
    return sim_.run(node_, api::decide_and_commit<Response>(exchange, services::ecs::words(), decide_on));
  }
  template <class Response, class Request>
  api::ApiResult<Response> call(Async<api::ApiResult<Response>> (*run)(api::Exchange&,
                                                                       const services::ecs::Call&, Request),
                                std::type_identity_t<Request> request) {
    auto parts = call_parts();
    const services::ecs::Call one(api::Call(node_.runtime(), parts), ecs_);
    api::Exchange exchange{committer_};
    return sim_.run(node_, run(exchange, one, std::move(request)));
  }
  api::CallParts call_parts();
  /// "error CODE: MESSAGE".
  std::string error(const wire::ApiError& error);
  std::string failures(const std::optional<std::vector<model::ecs::Failure>>& failures);
  /// Ids that differ from run to run, replaced by names.
  std::string readable(std::string text);
  void look(const std::function<void(const store::View&)>& at);
  model::ecs::Service service(const std::string& name);
  std::string started(const std::optional<std::vector<model::ecs::Task>>& tasks);
  std::string bounds_of(const std::string& service);
  /// The running task of a service or group; on an instance, if one is named. Its key, or empty.
  std::string find_running(const std::string& group, const std::string& instance);

  Async<void> start(controllers::Controllers* controllers);

  runtime::SimWorld sim_{1};
  runtime::SimNode& node_ = sim_.add_node("berthd");
  store::memory::MemoryEngine engine_{node_.runtime(), store::memory::MemoryEngine::Mode::private_};
  store::Committer committer_{engine_, node_.runtime(), node_.executor()};
  domain::Compat compat_;
  services::ecs::Deps ecs_;
  controllers::Controllers controllers_;
  PretendedAgents agents_{committer_, node_.runtime()};
  BoundsWatch bounds_{committer_};
  runtime::TaskGroup group_{node_.executor()};
  WallTime began_;
  std::map<std::string, std::string> instance_ids_;  ///< By name.
  std::map<std::string, std::string> deployment_names_;
  std::set<std::string> events_shown_;
};

/// `memberOf={EXPRESSION}`, any number of them, and `distinct`.
std::vector<model::ecs::PlacementConstraint> constraints_of(const ScriptLine& line);

}  // namespace berth::scenarios
