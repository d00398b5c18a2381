#include "placement/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/assert.h"

namespace berth::placement {
namespace {

bool is_active(const std::vector<Rejection>& reasons) {
  return reasons.empty() ||
         (reasons.front().code != ReasonCode::inactive && reasons.front().code != ReasonCode::draining);
}

/// What a service event says of one kind of reason, over all instances that have it.
struct Tally {
  std::size_t instances = 0;
  std::int64_t needed = 0;
  std::int64_t most_free = 0;
  std::map<std::string, std::size_t> names;
};

using Tallies = std::map<ReasonCode, Tally>;

void add(Tallies& tallies, const std::vector<Rejection>& reasons) {
  bool resources_only = is_resource(reasons.front().code);
  for (const Rejection& reason : reasons) {
    if (!resources_only && reason.code != reasons.front().code) break;
    Tally& tally = tallies[reason.code];
    bool again = &reason != &reasons.front() && (&reason)[-1].code == reason.code;
    if (!again) ++tally.instances;
    tally.needed = std::max(tally.needed, reason.needed);
    tally.most_free = std::max(tally.most_free, reason.available);
    for (const std::string& name : reason.names) ++tally.names[name];
  }
}

/// "80/tcp, 443/tcp" – the names that keep instances out, at most a few.
std::string join_names(const Tally& tally) {
  constexpr std::size_t kNamesMax = 5;
  std::string text;
  std::size_t shown = 0;
  for (const auto& [name, times] : tally.names) {
    if (shown++ == kNamesMax) return text + ", …";
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

std::string render_tally(ReasonCode code, const Tally& tally) {
  bool one = tally.instances == 1;
  auto say = [&](std::string_view singular, std::string_view plural) {
    return fmt::format("{} {}", tally.instances, one ? singular : plural);
  };
  switch (code) {
    case ReasonCode::inactive:
      return say("is not ACTIVE", "are not ACTIVE");
    case ReasonCode::draining:
      return say("is DRAINING", "are DRAINING");
    case ReasonCode::agent:
      return say("has a disconnected agent", "have a disconnected agent");
    case ReasonCode::attribute:
      return say("lacks attribute ", "lack attribute ") + join_names(tally);
    case ReasonCode::member_of:
      return say("does not satisfy ", "do not satisfy ") + fmt::format("memberOf({})", join_names(tally));
    case ReasonCode::distinct_instance:
      return say("already has one of the tasks (distinctInstance)",
                 "already have one of the tasks (distinctInstance)");
    case ReasonCode::cpu:
      return say("lacks CPU", "lack CPU") +
             fmt::format(" (needs {} units, most free is {})", tally.needed, tally.most_free);
    case ReasonCode::memory:
      return say("lacks memory", "lack memory") +
             fmt::format(" (needs {} MiB, most free is {})", tally.needed, tally.most_free);
    case ReasonCode::ports:
      if (tally.names.empty()) return say("lacks free host ports", "lack free host ports");
      return say("lacks host port ", "lack host port ") + join_names(tally);
  }
  unreachable();
}

std::string render_tallies(const Tallies& tallies) {
  std::string text;
  for (const auto& [code, tally] : tallies) {
    text += (text.empty() ? "" : ", ") + render_tally(code, tally);
  }
  return text;
}

std::string count_instances(std::size_t count) {
  return fmt::format("{} container instance{}", count, count == 1 ? "" : "s");
}

std::string_view short_name(const InstanceExplanation& instance) {
  std::string_view arn = instance.arn;
  return arn.substr(arn.rfind('/') == std::string_view::npos ? 0 : arn.rfind('/') + 1);
}

/// What ECS's events say of an instance.
std::string ecs_obstacle(ReasonCode code) {
  switch (code) {
    case ReasonCode::attribute:
      return "is missing an attribute required by your task";
    case ReasonCode::cpu:
      return "has insufficient CPU units available";
    case ReasonCode::memory:
      return "has insufficient memory available";
    case ReasonCode::ports:
      return "is already using a port required by your task";
    case ReasonCode::inactive:
    case ReasonCode::draining:
    case ReasonCode::agent:
    case ReasonCode::member_of:
    case ReasonCode::distinct_instance:
      return fmt::format("encountered error \"{}\"", failure_reason(code));
  }
  unreachable();
}

std::string render_strategies(const PlacementRequest& request) {
  if (request.strategies.empty()) {
    return request.default_strategy == DefaultStrategy::even_random ? "even random (default)"
                                                                    : "zones, then hosts (default)";
  }
  std::string text;
  for (const Strategy& strategy : request.strategies) {
    text += (text.empty() ? "" : ", ") + render_strategy(strategy);
  }
  return text;
}

}  // namespace

Failure failure_of(std::string_view arn, const std::vector<Rejection>& reasons) {
  check(!reasons.empty(), "a failure without a reason");
  return {std::string(arn), std::string(failure_reason(reasons.front().code)), render_details(reasons)};
}

Failure missing_instance(std::string_view arn) {
  return {std::string(arn), "MISSING", {}};
}

std::vector<Failure> failures_of(const PlacementPlan& plan, std::size_t limit) {
  std::vector<Failure> failures;
  for (const InstanceRejection& rejection : plan.rejections) {
    if (failures.size() == limit) break;
    if (plan.active_instances > 0 && !is_active(rejection.reasons)) continue;
    failures.push_back(failure_of(rejection.arn, rejection.reasons));
  }
  return failures;
}

std::string closest_match(std::string_view arn, const std::vector<Rejection>& reasons) {
  check(!reasons.empty(), "an instance that fits is not one to explain");
  return fmt::format("The closest matching (container-instance {}) {}.", arn.substr(arn.rfind('/') + 1),
                     ecs_obstacle(reasons.front().code));
}

// The further down the list the first reason is, the more was met; then the fewer reasons there are.
std::string closest_match(const PlacementPlan& plan) {
  const InstanceRejection* closest = nullptr;
  for (const InstanceRejection& rejection : plan.rejections) {
    const auto code = rejection.reasons.front().code;
    if (closest &&
        (code < closest->reasons.front().code ||
         (code == closest->reasons.front().code && rejection.reasons.size() >= closest->reasons.size())))
      continue;
    closest = &rejection;
  }
  if (!closest) return fmt::format("Reason: {}", kNoInstances);
  return closest_match(closest->arn, closest->reasons);
}

std::string explain_unplaced(const PlacementPlan& plan) {
  if (plan.unplaced == 0) return {};
  if (plan.rejections.empty()) return std::string(kNoInstances);
  Tallies tallies;
  for (const InstanceRejection& rejection : plan.rejections) add(tallies, rejection.reasons);
  return fmt::format("Of {}, {}.", count_instances(plan.rejections.size()), render_tallies(tallies));
}

Explanation explain_placement(const Snapshot& snapshot, const PlacementRequest& request) {
  Explanation explanation{request.group, render_strategies(request), 0, {}, {}};
  Tallies tallies;
  for (std::size_t i = 0; i < snapshot.size(); ++i) {
    const InstanceView& view = snapshot.at(i);
    auto reasons = rejections_of({snapshot, i, 0}, request);
    if (reasons.empty()) {
      ++explanation.fitting;
    } else {
      add(tallies, reasons);
    }
    explanation.instances.push_back({i, view.arn, view.ec2_instance_id, std::string(zone_of(view)),
                                     snapshot.count_of_group(i, request.group), std::move(reasons)});
  }
  if (request.budget->exceeded()) {
    explanation.summary = kQueryTooCostly;
  } else if (snapshot.size() == 0) {
    explanation.summary = kNoInstances;
  } else {
    explanation.summary =
        fmt::format("{} of {} can take one more task{}{}.", explanation.fitting,
                    count_instances(snapshot.size()), tallies.empty() ? "" : "; ", render_tallies(tallies));
  }
  return explanation;
}

std::string render_text(const Explanation& explanation) {
  std::string text = fmt::format("{}\nstrategy: {}\n", explanation.summary, explanation.strategy);
  std::size_t name_width = 8, zone_width = 4;
  for (const InstanceExplanation& instance : explanation.instances) {
    name_width = std::max(name_width, short_name(instance).size());
    zone_width = std::max(zone_width, instance.zone.size());
  }
  if (!explanation.instances.empty()) {
    text +=
        fmt::format("{:<{}}  {:<{}}  {:>5}  RESULT\n", "INSTANCE", name_width, "ZONE", zone_width, "TASKS");
  }
  std::size_t rows = 0;
  for (const InstanceExplanation& instance : explanation.instances) {
    if (rows++ == kExplanationRowsMax) {
      text += fmt::format("… and {} more\n", explanation.instances.size() - kExplanationRowsMax);
      break;
    }
    text += fmt::format("{:<{}}  {:<{}}  {:>5}  {}\n", short_name(instance), name_width, instance.zone,
                        zone_width, instance.group_tasks,
                        instance.reasons.empty() ? "fits" : render_details(instance.reasons));
    for (const Rejection& reason : instance.reasons) {
      text += fmt::format("{:{}}to fit: {}\n", "", name_width + zone_width + 11, reason.remedy);
    }
  }
  return text;
}

void to_json(JsonWriter& writer, const Explanation& explanation) {
  auto field = [&](std::string_view key, std::string_view text) { writer.key(key), writer.string(text); };
  auto number = [&](std::string_view key, std::int64_t value) { writer.key(key), writer.integer(value); };
  writer.begin_object();
  field("group", explanation.group);
  field("strategy", explanation.strategy);
  field("summary", explanation.summary);
  number("fitting", static_cast<std::int64_t>(explanation.fitting));
  writer.key("instances");
  writer.begin_array();
  for (const InstanceExplanation& instance : explanation.instances) {
    writer.begin_object();
    field("containerInstanceArn", instance.arn);
    field("ec2InstanceId", instance.ec2_instance_id);
    field("availabilityZone", instance.zone);
    number("groupTasks", instance.group_tasks);
    writer.key("fits");
    writer.boolean(instance.reasons.empty());
    writer.key("reasons");
    writer.begin_array();
    for (const Rejection& reason : instance.reasons) {
      writer.begin_object();
      field("code", to_string(reason.code));
      field("reason", failure_reason(reason.code));
      field("detail", reason.detail);
      field("remedy", reason.remedy);
      if (reason.code == ReasonCode::cpu || reason.code == ReasonCode::memory) {
        number("needed", reason.needed);
        number("available", reason.available);
      }
      if (!reason.names.empty()) {
        writer.key("names");
        writer.begin_array();
        for (const std::string& name : reason.names) writer.string(name);
        writer.end_array();
      }
      writer.end_object();
    }
    writer.end_array();
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
}

}  // namespace berth::placement
