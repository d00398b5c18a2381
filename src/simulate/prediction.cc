#include "simulate/prediction.h"

#include <algorithm>

namespace berth::simulate {
namespace {

std::int64_t ms_of(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

JsonObject range_document(const Range& range) {
  JsonObject object;
  object["least"] = range.least;
  object["most"] = range.most;
  return object;
}

JsonArray service_array(const Prediction& prediction) {
  JsonArray array;
  for (const auto& service : prediction.services) {
    JsonObject one;
    one["service"] = service.name;
    one["desiredBefore"] = service.desired_before;
    one["desiredAfter"] = service.desired_after;
    one["servingBefore"] = service.serving_before;
    one["servingAfter"] = range_document(service.serving_after);
    one["lowestServing"] = range_document(service.lowest);
    one["lowestAtMs"] = ms_of(service.lowest_at);
    one["rolloutState"] = service.rollout;
    one["touched"] = service.touched;
    array.push_back(std::move(one));
  }
  return array;
}

JsonArray instance_array(const Prediction& prediction) {
  JsonArray array;
  for (const auto& instance : prediction.instances) {
    JsonObject one;
    one["containerInstance"] = instance.id;
    one["ec2InstanceId"] = instance.ec2_instance_id;
    one["availabilityZone"] = instance.zone;
    one["status"] = instance.status;
    one["tasksBefore"] = instance.tasks_before;
    one["tasksAfter"] = range_document(instance.tasks_after);
    array.push_back(std::move(one));
  }
  return array;
}

JsonArray move_array(const Prediction& prediction) {
  JsonArray array;
  for (const auto& move : prediction.moves) {
    JsonObject one;
    one["service"] = move.service;
    one["group"] = move.group;
    one["oldTask"] = move.old_task;
    one["from"] = move.from;
    one["to"] = move.to;
    one["taskDefinition"] = move.task_definition;
    one["reason"] = move.reason;
    const auto time = [&](std::string_view name, const std::optional<Duration>& when) {
      if (when) one[name] = ms_of(*when);
    };
    time("placedMs", move.placed);
    time("runningMs", move.running);
    time("stoppingMs", move.stopping);
    time("stoppedMs", move.stopped);
    array.push_back(std::move(one));
  }
  return array;
}

JsonArray times_array(const Prediction& prediction) {
  JsonArray array;
  for (const auto& seen : prediction.times) {
    JsonObject one;
    one["family"] = seen.family;
    one["tasksSeen"] = static_cast<std::int64_t>(seen.samples);
    one["firstPullMs"] = ms_of(seen.cold_pull);
    one["pullMs"] = ms_of(seen.warm_pull);
    one["startMs"] = ms_of(seen.start);
    one["stopMs"] = ms_of(seen.stop);
    array.push_back(std::move(one));
  }
  return array;
}

JsonArray strings(const std::vector<std::string>& texts) {
  JsonArray array;
  for (const auto& text : texts) array.emplace_back(text);
  return array;
}

}  // namespace

void Range::take(std::int64_t value, bool first) {
  least = first ? value : std::min(least, value);
  most = first ? value : std::max(most, value);
}

std::string render_document(const Prediction& prediction) {
  JsonObject document;
  document["kind"] = "prediction";
  document["action"] = prediction.action;
  document["cluster"] = prediction.cluster;
  document["at"] = render_iso8601(prediction.at);
  document["runs"] = prediction.runs;
  document["settled"] = prediction.settled;
  document["tookMs"] = range_document(prediction.took_ms);
  document["services"] = service_array(prediction);
  document["instances"] = instance_array(prediction);
  document["moves"] = move_array(prediction);
  JsonArray unplaced;
  for (const auto& one : prediction.unplaced) {
    JsonObject object;
    object["service"] = one.service;
    object["missing"] = one.missing;
    object["explanation"] = one.explanation;
    unplaced.push_back(std::move(object));
  }
  document["unplaced"] = std::move(unplaced);
  JsonArray left_behind;
  for (const auto& left : prediction.left_behind) {
    JsonObject object;
    object["task"] = left.task;
    object["service"] = left.service;
    object["containerInstance"] = left.instance;
    object["ec2InstanceId"] = left.ec2_instance_id;
    object["reason"] = left.why;
    left_behind.push_back(std::move(object));
  }
  document["leftBehind"] = std::move(left_behind);
  document["events"] = strings(prediction.events);
  document["times"] = times_array(prediction);
  return render_json(JsonValue(std::move(document)));
}

}  // namespace berth::simulate
