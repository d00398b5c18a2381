#pragma once
#include <optional>
#include <string_view>

namespace berth::agent::engine {

/// How far a container or a task has come. The known status only moves forward.
enum class Status { none, pulled, created, running, stopped };

/// "NONE", "PULLED", "CREATED", "RUNNING", "STOPPED".
std::string_view to_string(Status status);
/// Also "UNKNOWN" (none) and "DEAD" (stopped), which the control plane may still send.
std::optional<Status> parse_status(std::string_view text);
/// As the control plane knows it: PENDING, RUNNING or STOPPED.
std::string_view wire_status(Status status);

/// What is being done to a container right now; its outcome comes back as an event.
enum class Step { none, pull, create, start, stop };
std::string_view to_string(Step step);
std::optional<Step> parse_step(std::string_view text);

/// What a container waits for before it is created. `create` and `start` also come from volumesFrom and
/// links.
enum class Condition { create, start, complete, success, healthy };
std::string_view to_string(Condition condition);

}  // namespace berth::agent::engine
