#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "placement/request.h"
#include "placement/types.h"

/// Small builders for the tests of this folder.
namespace berth::placement::test {

inline InstanceView instance(std::string name, std::string zone = "a", std::int64_t cpu = 1024,
                             std::int64_t memory_mib = 2048) {
  InstanceView view;
  view.arn = std::move(name);
  view.ec2_instance_id = "i-" + view.arn;
  view.zone = std::move(zone);
  view.registered_cpu = view.remaining_cpu = cpu;
  view.registered_memory_mib = view.remaining_memory_mib = memory_mib;
  return view;
}

inline PlacementRequest request(std::int64_t count, std::int64_t cpu = 1, std::int64_t memory_mib = 1) {
  PlacementRequest made;
  made.group = "service:web";
  made.count = count;
  made.resources.cpu = cpu;
  made.resources.memory_mib = memory_mib;
  return made;
}

inline std::vector<Constraint> constraints(const std::vector<RawConstraint>& raw) {
  return parse_constraints(raw).value();
}
inline std::vector<Strategy> strategies(const std::vector<RawStrategy>& raw) {
  return parse_strategies(raw).value();
}

}  // namespace berth::placement::test
