#include "simulate/task_times.h"

#include <algorithm>

namespace berth::simulate {
namespace {

Duration median(std::vector<Duration> samples) {
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return *middle;
}

void add(std::vector<Duration>& samples, const std::optional<WallTime>& from,
         const std::optional<WallTime>& to) {
  if (from && to && *to >= *from) samples.push_back(*to - *from);
}

}  // namespace

TaskTimes::TaskTimes(const SavedState& state) {
  state.each<domain::TaskRecord>([this](const domain::TaskRecord& task) {
    learn(families_[task.family], task);
    learn(all_, task);
    if (!task.pull_stopped_at && !task.started_at) return;
    for (const auto& container : task.containers)
      images_.insert(task.instance_id + ' ' + container.image.value_or(""));
  });
}

void TaskTimes::learn(Samples& samples, const domain::TaskRecord& task) {
  ++samples.tasks;
  add(samples.pulls, task.pull_started_at, task.pull_stopped_at);
  add(samples.starts, task.pull_stopped_at ? task.pull_stopped_at : std::optional(task.created_at),
      task.started_at);
  // Tasks that ended by themselves say nothing about how long a stop takes.
  const bool asked = task.stop_code == model::ecs::TaskStopCode::service_scheduler_initiated ||
                     task.stop_code == model::ecs::TaskStopCode::user_initiated;
  if (asked && task.started_at)
    add(samples.stops, task.stopping_at,
        task.execution_stopped_at ? task.execution_stopped_at : task.stopped_at);
}

Duration TaskTimes::pick(const std::string& family, std::vector<Duration> Samples::*what,
                         Duration otherwise) const {
  const auto found = families_.find(family);
  if (found != families_.end() && !(found->second.*what).empty()) return median(found->second.*what);
  return (all_.*what).empty() ? otherwise : median(all_.*what);
}

Duration TaskTimes::cold_pull(const std::string& family) const {
  const auto found = families_.find(family);
  if (found == families_.end() || found->second.pulls.empty()) return kColdPull;
  return *std::max_element(found->second.pulls.begin(), found->second.pulls.end());
}

Duration TaskTimes::start_delay(const domain::TaskRecord& task) {
  bool cold = false;
  for (const auto& container : task.containers)
    cold = images_.insert(task.instance_id + ' ' + container.image.value_or("")).second || cold;
  const Duration pull = cold ? cold_pull(task.family) : pick(task.family, &Samples::pulls, kWarmPull);
  return pull + pick(task.family, &Samples::starts, kStart);
}

Duration TaskTimes::stop_delay(const domain::TaskRecord& task) const {
  return pick(task.family, &Samples::stops, kStop);
}

std::vector<TaskTimes::Seen> TaskTimes::seen() const {
  std::vector<Seen> list;
  const auto describe = [this](const std::string& family, const Samples& samples) {
    return Seen{family,
                samples.tasks,
                cold_pull(family),
                pick(family, &Samples::pulls, kWarmPull),
                pick(family, &Samples::starts, kStart),
                pick(family, &Samples::stops, kStop)};
  };
  for (const auto& [family, samples] : families_) list.push_back(describe(family, samples));
  list.push_back(describe("*", all_));
  return list;
}

}  // namespace berth::simulate
