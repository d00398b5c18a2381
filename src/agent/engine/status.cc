#include "agent/engine/status.h"

#include "base/assert.h"

namespace berth::agent::engine {

std::string_view to_string(Status status) {
  switch (status) {
    case Status::none:
      return "NONE";
    case Status::pulled:
      return "PULLED";
    case Status::created:
      return "CREATED";
    case Status::running:
      return "RUNNING";
    case Status::stopped:
      return "STOPPED";
  }
  unreachable();
}

std::optional<Status> parse_status(std::string_view text) {
  if (text == "UNKNOWN") return Status::none;
  if (text == "DEAD") return Status::stopped;
  for (Status status : {Status::none, Status::pulled, Status::created, Status::running, Status::stopped}) {
    if (to_string(status) == text) return status;
  }
  return std::nullopt;
}

std::string_view wire_status(Status status) {
  if (status == Status::running) return "RUNNING";
  return status == Status::stopped ? "STOPPED" : "PENDING";
}

std::string_view to_string(Step step) {
  switch (step) {
    case Step::none:
      return "none";
    case Step::pull:
      return "pull";
    case Step::create:
      return "create";
    case Step::start:
      return "start";
    case Step::stop:
      return "stop";
  }
  unreachable();
}

std::optional<Step> parse_step(std::string_view text) {
  for (Step step : {Step::none, Step::pull, Step::create, Step::start, Step::stop}) {
    if (to_string(step) == text) return step;
  }
  return std::nullopt;
}

std::string_view to_string(Condition condition) {
  switch (condition) {
    case Condition::create:
      return "CREATE";
    case Condition::start:
      return "START";
    case Condition::complete:
      return "COMPLETE";
    case Condition::success:
      return "SUCCESS";
    case Condition::healthy:
      return "HEALTHY";
  }
  unreachable();
}

}  // namespace berth::agent::engine
