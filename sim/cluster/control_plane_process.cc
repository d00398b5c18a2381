#include "sim/cluster/control_plane_process.h"

#include <utility>

#include "domain/limits.h"
#include "services/ecs/registry.h"
#include "services/ecs/report_handlers.h"
#include "services/sts/registry.h"

namespace berth::sim {
namespace {

constexpr Duration kLoadRetry = std::chrono::seconds(1);

}  // namespace

services::HandlerRegistry make_registry() {
  services::HandlerRegistry registry;
  services::ecs::add_handlers(registry);
  services::sts::add_handlers(registry);
  return registry;
}

ControlPlaneProcess::ControlPlaneProcess(runtime::SimNode& node, Deps deps)
    : node_(node),
      deps_(std::move(deps)),
      engine_(deps_.disk, node.runtime()),
      committer_(engine_, node.runtime(), node.executor()),
      store_(committer_, node.runtime(), deps_.mutant, {deps_.ledger, deps_.violations, node.name()}),
      services_{store_,
                node.runtime(),
                domain::limits_of(deps_.settings.controllers.compat),
                deps_.settings.controllers.compat,
                {}},
      gateway_(
          {store_, node.runtime(), deps_.find_key, node.name(), deps_.settings.sole, deps_.settings.gateway}),
      controllers_({store_, node.runtime(), deps_.settings.controllers}),
      registry_(deps_.registry),
      front_end_({services_, registry_, deps_.find_key, {}, {}}),
      switchboard_(front_end_, gateway_, nullptr),
      starter_(node.executor()) {
  services::ecs::add_report_handlers(registry_, gateway_);
  starter_.spawn(start(*this));
}

Async<void> ControlPlaneProcess::start(ControlPlaneProcess& self) {
  for (;;) {
    const auto loaded = co_await self.committer_.start();
    if (loaded.ok()) break;
    // The supervisor of a real one would start it again.
    co_await self.node_.runtime().sleep(kLoadRetry);
  }
  co_await self.gateway_.await_agents();
  self.started_ = true;
  self.deps_.world.network().listen(self.node_, self.deps_.address, self.switchboard_);
  self.gateway_.start();
  if (!self.deps_.mutant.is("no-controllers")) self.controllers_.start();
  self.ready_ = true;
}

Async<void> ControlPlaneProcess::stop() {
  starter_.cancel();
  co_await starter_.drain();
  co_await controllers_.stop();
  if (started_) co_await gateway_.stop();
  co_await store_.stop();
  co_await committer_.stop();
}

}  // namespace berth::sim
