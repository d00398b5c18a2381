#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "simulate/task_times.h"

namespace berth::simulate {

/// One of several runs with different seeds; least and most over all of them.
struct Range {
  std::int64_t least = 0;
  std::int64_t most = 0;
  void take(std::int64_t value, bool first);
};

/// A task that is started, stopped, or both: one that takes the place of another. Times are from the action.
struct Move {
  std::string service;  ///< Empty for tasks of no service.
  std::string group;
  std::string old_task;         ///< Id; empty when nothing is replaced.
  std::string from;             ///< Id of the container instance.
  std::string to;               ///< Empty when nothing takes its place.
  std::string task_definition;  ///< FAMILY:REVISION of the new one, or of the old when there is no new one.
  std::optional<Duration> placed, running, stopping, stopped;
  std::string reason;  ///< Why the old one stopped.
};

struct ServiceOutcome {
  std::string name;
  std::int64_t desired_before = 0, desired_after = 0;
  std::int64_t serving_before = 0;
  Range serving_after;
  Range lowest;          ///< Serving tasks at the worst moment.
  Duration lowest_at{};  ///< In the first run.
  std::string rollout;   ///< Rollout state of the PRIMARY deployment at the end of the first run.
  bool touched = false;  ///< Any of its tasks started or stopped.
};

struct InstanceOutcome {
  std::string id, ec2_instance_id, zone;
  std::string status;  ///< At the end: "ACTIVE", "DRAINING", "lost".
  std::int64_t tasks_before = 0;
  Range tasks_after;
};

/// A service that is short of tasks at the end, with the document of ExplainService at that moment.
struct Unplaced {
  std::string service;
  std::int64_t missing = 0;
  JsonObject explanation;
};

/// A task that is still on an instance that is drained or lost when everything has come to rest.
struct LeftBehind {
  std::string task, service, instance;  ///< Ids; no service: empty.
  std::string ec2_instance_id;
  std::string why;
};

/// What would happen.
struct Prediction {
  std::string action;
  std::string cluster;
  WallTime at;            ///< Of the state.
  std::int64_t runs = 0;  ///< With different seeds; moves are those of the first.
  bool settled = true;    ///< In every run everything came to rest within the limit.
  Duration took{};        ///< Until the last change, first run.
  Range took_ms;
  std::vector<ServiceOutcome> services;
  std::vector<InstanceOutcome> instances;
  std::vector<Move> moves;  ///< In the order of their first event.
  std::vector<Unplaced> unplaced;
  std::vector<std::string>
      events;  ///< "web: (service web) has reached a steady state." with its time before it.
  std::vector<TaskTimes::Seen> times;
  std::vector<LeftBehind> left_behind;  ///< Of the first run.
};

/// Tables for a terminal. Ends in a newline.
std::string render_text(const Prediction& prediction);
std::string render_document(const Prediction& prediction);

/// "+3.2 s", "+5 min 10 s".
std::string render_offset(Duration offset);

}  // namespace berth::simulate
