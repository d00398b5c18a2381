#pragma once
#include <optional>
#include <string>

#include "agent/engine/driver_types.h"

namespace berth::agent::engine {

/// A running container, for whoever reads its counters.
struct CountedContainer {
  std::string docker_id;
  std::string cgroup_parent;  ///< As Docker was told; empty: where Docker puts containers by itself.
  std::string network_mode;   ///< As inspect shows it: `default`, `host`, …; empty: not known.
};

/// Counters of containers that are read without asking the container engine, which is much dearer.
///
/// Runs on: the agent's executor. Blocks for as long as the kernel does: well under a millisecond a
/// container.
class ContainerCounters {
 public:
  virtual ~ContainerCounters() = default;
  /// What ContainerRuntime::stats would tell, without raw_json. Nothing when it cannot be seen as a whole
  /// from here: ask the engine.
  virtual std::optional<ContainerStats> read(const CountedContainer& container) = 0;
};

}  // namespace berth::agent::engine
