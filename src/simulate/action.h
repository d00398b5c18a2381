#pragma once
#include <cstdint>
#include <string>
#include <variant>

namespace berth::simulate {

/// What operators ask about.
struct Drain {
  std::string
      instance;  ///< Container instance id, a beginning of it, or ARN, or EC2 instance id; likewise below.
};
struct Scale {
  std::string service;
  std::int32_t desired = 0;
};
struct Deploy {
  std::string service;
  std::string task_definition;
};
/// The host, or every host of a zone, is gone for good, without a word.
struct Lose {
  std::string instance_or_zone;
};
/// New container instances, in all other respects like those that are there, spread over their zones.
struct Add {
  std::int32_t count = 0;
  std::int32_t cpu = 0;     ///< CPU units, 1024 = one core.
  std::int32_t memory = 0;  ///< MiB.
};
using Action = std::variant<Drain, Scale, Deploy, Lose, Add>;

inline constexpr std::int32_t kAddedInstancesMax = 1000;

/// As it would be typed.
std::string render_action(const Action& action);

}  // namespace berth::simulate
