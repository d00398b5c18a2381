#include "simulate/simulate.h"

#include <fmt/format.h>

#include "simulate/task_times.h"

namespace berth::simulate {
namespace {

void take_first(Prediction& prediction, const Outcome& outcome) {
  prediction.took = outcome.took;
  prediction.moves = outcome.moves;
  prediction.left_behind = outcome.left_behind;
  for (const auto& [when, message] : outcome.events)
    prediction.events.push_back(fmt::format("{} {}", render_offset(when), message));
  for (const auto& [name, service] : outcome.services) {
    ServiceOutcome one;
    one.name = name;
    one.desired_before = service.desired_before;
    one.desired_after = service.desired;
    one.serving_before = service.seen.serving_before;
    one.lowest_at = service.seen.lowest_at;
    one.rollout = service.rollout;
    prediction.services.push_back(std::move(one));
    if (service.short_of.empty()) continue;
    auto explanation = parse_json(service.short_of);
    if (explanation && explanation->is_object())
      prediction.unplaced.push_back({name, service.missing, explanation->get_object()});
  }
  prediction.instances = outcome.instances;
}

void take(Prediction& prediction, const Outcome& outcome, bool first) {
  prediction.settled = prediction.settled && outcome.settled;
  prediction.took_ms.take(std::chrono::duration_cast<std::chrono::milliseconds>(outcome.took).count(), first);
  for (auto& service : prediction.services) {
    const auto found = outcome.services.find(service.name);
    if (found == outcome.services.end()) continue;
    service.serving_after.take(found->second.serving, first);
    service.lowest.take(found->second.seen.lowest, first);
    service.touched = service.touched || found->second.seen.touched;
  }
  // New hosts have other ids in every play; their names are the same.
  for (auto& instance : prediction.instances)
    for (const auto& other : outcome.instances)
      if (other.id == instance.id ||
          (other.ec2_instance_id == instance.ec2_instance_id && other.ec2_instance_id.starts_with("new-")))
        instance.tasks_after.take(other.tasks_after.least, first);
}

}  // namespace

Result<Prediction> predict(const SavedState& state, const Action& action, const Options& options) {
  Prediction prediction;
  prediction.action = render_action(action);
  prediction.cluster = options.cluster;
  prediction.at = state.at;
  for (int run = 0; run < options.runs; ++run) {
    auto outcome = play(state, action, options, static_cast<std::uint64_t>(run) + 1);
    if (!outcome) return std::move(outcome).error();
    if (run == 0) take_first(prediction, *outcome);
    take(prediction, *outcome, run == 0);
    ++prediction.runs;
  }
  prediction.times = TaskTimes(state).seen();
  return prediction;
}

}  // namespace berth::simulate
