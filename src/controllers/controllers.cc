#include "controllers/controllers.h"

#include "controllers/instance_health/controller.h"
#include "controllers/reaper/controller.h"
#include "controllers/service/controller.h"
#include "runtime/task_group.h"

namespace berth::controllers {

struct Controllers::Parts {
  Parts(Deps deps, Executor executor)
      : service(deps.store, deps.runtime, {deps.options.compat, deps.options.limits, deps.options.sole}),
        instance_health(deps.store, deps.runtime, deps.options.instance_grace),
        reaper(deps.store, deps.runtime, deps.options.retention),
        group(std::move(executor)) {}

  service::ServiceController service;
  instance_health::InstanceHealthController instance_health;
  reaper::ReaperController reaper;
  runtime::TaskGroup group;
};

Controllers::Controllers(Deps deps) : Controllers(deps, deps.runtime.executor()) {}
Controllers::Controllers(Deps deps, Executor executor)
    : parts_(std::make_unique<Parts>(deps, std::move(executor))) {}
Controllers::~Controllers() = default;

void Controllers::start() {
  parts_->group.spawn(parts_->service.run());
  parts_->group.spawn(parts_->instance_health.run());
  parts_->group.spawn(parts_->reaper.run());
}

Async<void> Controllers::stop() {
  parts_->group.cancel();
  co_await parts_->group.drain();
}

}  // namespace berth::controllers
