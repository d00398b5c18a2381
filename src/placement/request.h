#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "placement/rules.h"
#include "placement/types.h"

namespace berth::placement {

/// Host ports that one instance may have reserved at a time, the agent's own included (today's figure; the
/// guide's was 50, G-171). Ports picked by the instance do not count.
inline constexpr std::size_t kReservedPortsMax = 100;

/// Who places when the request names no strategy.
enum class DefaultStrategy {
  even_random,       ///< RunTask (G-200).
  zones_then_hosts,  ///< The service scheduler (G-434 … G-436).
};

/// `count` equal tasks to place.
struct PlacementRequest {
  std::string group;  ///< "service:NAME" or the task group: what spread and distinctInstance count.
  ResourceRequest resources;
  std::vector<RequiredAttribute> attributes;  ///< requiresAttributes of the task definition.
  std::vector<Constraint> constraints;        ///< The request's and the task definition's.
  std::vector<Strategy> strategies;           ///< In order; empty: `default_strategy`.
  DefaultStrategy default_strategy = DefaultStrategy::even_random;
  std::int64_t count = 1;
  std::size_t reserved_ports_max = kReservedPortsMax;
  /// What its expressions cost; never null. Copies share it.
  std::shared_ptr<QueryBudget> budget = std::make_shared<QueryBudget>();
};

}  // namespace berth::placement
