#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "agent/engine/task_state.h"

namespace berth::agent::logs {

/// Containers that name no log driver go here, for `berth logs`. The control plane gives this group a bound.
inline constexpr std::string_view kContainersGroup = "/berth/containers";

struct LogDestination {
  std::string region, group, stream;
  bool create_group = false;
  std::string
      event_start;  ///< A regular expression: a line that has it begins an event. Empty: every line is one.
  friend bool operator==(const LogDestination&, const LogDestination&) = default;
};

/// Where the output of the task's container goes, once it has an engine's id; nothing where its log driver
/// takes it elsewhere. `cluster`: name or ARN; `region`: the agent's, where the definition names none. Pure.
std::optional<LogDestination> find_log_destination(const engine::TaskState& task, std::size_t container,
                                                   std::string_view cluster, const std::string& region);

/// awslogs-datetime-format (of strftime) as a regular expression. Pure.
std::string datetime_expression(std::string_view format);

}  // namespace berth::agent::logs
