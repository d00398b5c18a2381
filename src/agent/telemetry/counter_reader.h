#pragma once
#include <vector>

#include "agent/engine/container_counters.h"
#include "agent/engine/container_runtime.h"
#include "agent/engine/task_state.h"
#include "runtime/async.h"

namespace berth::agent::telemetry {

/// The containers of these tasks that run, in their order. Pure.
std::vector<engine::CountedContainer> running_containers(const std::vector<const engine::TaskState*>& tasks);

/// Counters of a container: seen from the host where they can be, else asked of the container engine.
///
/// Borrows: both.
/// Runs on: the agent's executor.
/// Errors: those of ContainerRuntime::stats.
class CounterReader {
 public:
  /// `host` may be null: the engine is always asked.
  CounterReader(engine::ContainerCounters* host, engine::ContainerRuntime& containers)
      : host_(host), containers_(containers) {}
  Async<engine::DriverResult<engine::ContainerStats>> read(engine::CountedContainer container);

 private:
  engine::ContainerCounters* host_;
  engine::ContainerRuntime& containers_;
};

}  // namespace berth::agent::telemetry
