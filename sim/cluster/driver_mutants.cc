#include "sim/cluster/driver_mutants.h"

#include <utility>

namespace berth::sim {

using agent::engine::ContainerConfig;
using agent::engine::ContainerInfo;
using agent::engine::DriverError;
using agent::engine::DriverResult;
using Done = agent::engine::Done;

Async<DriverResult<std::string>> MutantDriver::create(ContainerConfig config) {
  if (mutant_.name.empty()) co_return co_await inner_.create(std::move(config));
  ContainerConfig again = config;
  auto made = co_await inner_.create(std::move(config));
  if (mutant_.is("create-twice") && made.ok() && ++calls_ % 4 == 0) {
    again.name += "-twin";
    const auto twin = co_await inner_.create(std::move(again));
    if (twin.ok()) static_cast<void>(co_await inner_.start(*twin));
  }
  co_return made;
}

Async<DriverResult<Done>> MutantDriver::start(std::string id) {
  if (mutant_.is("start-does-nothing") && ++calls_ % 6 == 0) co_return Done{};
  if (mutant_.is("stop-wrong") && last_started_.empty()) last_started_ = id;
  co_return co_await inner_.start(std::move(id));
}

Async<DriverResult<Done>> MutantDriver::stop(std::string id, Duration grace) {
  if (mutant_.is("stop-wrong") && !last_started_.empty()) id = last_started_;
  co_return co_await inner_.stop(std::move(id), grace);
}

Async<DriverResult<ContainerInfo>> MutantDriver::inspect(std::string id) {
  if (mutant_.is("running-is-missing") && ++calls_ % 20 == 0) {
    DriverError error{"CannotInspectContainerError", "No such object: " + id};
    error.missing = true;
    co_return error;
  }
  auto info = co_await inner_.inspect(std::move(id));
  if (mutant_.is("return-unseen") && info.ok()) hide_return(info->id, info->phase);
  co_return info;
}

Async<DriverResult<std::vector<agent::engine::ContainerSummary>>> MutantDriver::list(std::string label) {
  auto all = co_await inner_.list(std::move(label));
  if (mutant_.is("return-unseen") && all.ok())
    for (auto& container : *all) hide_return(container.id, container.phase);
  co_return all;
}

void MutantDriver::hide_return(const std::string& id, agent::engine::ContainerPhase& phase) {
  if (phase == agent::engine::ContainerPhase::exited) ended_.insert(id);
  if (ended_.contains(id)) phase = agent::engine::ContainerPhase::exited;
}

}  // namespace berth::sim
