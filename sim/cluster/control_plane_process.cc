#include "sim/cluster/control_plane_process.h"

#include <utility>

#include "domain/limits.h"

namespace berth::sim {
namespace {

constexpr Duration kLoadRetry = std::chrono::seconds(1);

control_plane::Settings settings_of(const ControlPlaneProcess::Deps& deps) {
  control_plane::Settings settings = deps.settings;
  settings.controllers.limits = domain::limits_of(settings.controllers.compat);
  settings.run_controllers = !deps.mutant.is("no-controllers");
  return settings;
}

}  // namespace

ControlPlaneProcess::ControlPlaneProcess(runtime::SimNode& node, Deps deps)
    : node_(node),
      deps_(std::move(deps)),
      engine_(deps_.disk, node.runtime()),
      committer_(engine_, node.runtime(), node.executor()),
      store_(committer_, node.runtime(), deps_.mutant, {deps_.ledger, deps_.violations, node.name()}),
      plane_(
          control_plane::Deps{
              .store = store_, .runtime = node.runtime(), .find_key = deps_.find_key, .name = node.name()},
          settings_of(deps_)),
      starter_(node.executor()) {
  starter_.spawn(start(*this));
}

Async<void> ControlPlaneProcess::start(ControlPlaneProcess& self) {
  for (;;) {
    const auto loaded = co_await self.committer_.start();
    if (loaded.ok()) break;
    // The supervisor of a real one would start it again.
    co_await self.node_.runtime().sleep(kLoadRetry);
  }
  co_await self.plane_.prepare();
  self.deps_.world.network().listen(self.node_, self.deps_.address, self.plane_.handler());
  self.plane_.start();
  self.ready_ = true;
}

Async<void> ControlPlaneProcess::stop() {
  starter_.cancel();
  co_await starter_.drain();
  co_await plane_.stop();
  co_await store_.stop();
  co_await committer_.stop();
}

}  // namespace berth::sim
