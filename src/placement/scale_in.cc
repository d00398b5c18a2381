#include "placement/scale_in.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <tuple>

#include "base/assert.h"

namespace berth::placement {
namespace {

/// One step of the chain: larger values go first.
struct StopKey {
  std::vector<std::int64_t> fixed;     ///< binpack: what the task's instance has left.
  std::vector<std::size_t> bucket_of;  ///< spread: by position of the task.
  std::vector<std::int64_t> bucket_tasks;
  std::int64_t value(std::size_t task) const {
    return fixed.empty() ? bucket_tasks[bucket_of[task]] : fixed[task];
  }
  void stopped(std::size_t task) {
    if (fixed.empty()) --bucket_tasks[bucket_of[task]];
  }
};

using NameOf = std::function<std::string(const StoppableTask&)>;

StopKey spread_by(const std::vector<StoppableTask>& tasks, const NameOf& name_of) {
  StopKey key;
  std::map<std::string, std::size_t> buckets;
  for (const StoppableTask& task : tasks) {
    auto [found, added] = buckets.emplace(name_of(task), key.bucket_tasks.size());
    if (added) key.bucket_tasks.push_back(0);
    ++key.bucket_tasks[found->second];
    key.bucket_of.push_back(found->second);
  }
  return key;
}

StopKey by_attribute(const std::vector<StoppableTask>& tasks, const std::string& attribute) {
  return spread_by(tasks, [&](const StoppableTask& task) -> std::string {
    if (task.view) return std::string(find_attribute(*task.view, attribute).value_or(""));
    return attribute == kZoneAttribute ? task.zone : "";
  });
}

StopKey by_instance(const std::vector<StoppableTask>& tasks) {
  return spread_by(tasks, [](const StoppableTask& task) { return task.instance; });
}

StopKey by_remaining(const std::vector<StoppableTask>& tasks, std::int64_t InstanceView::*remaining) {
  StopKey key;
  for (const StoppableTask& task : tasks) key.fixed.push_back(task.view ? task.view->*remaining : 0);
  return key;
}

std::optional<StopKey> key_of(const std::vector<StoppableTask>& tasks, const Strategy& strategy) {
  switch (strategy.field) {
    case Strategy::Field::none:
      return std::nullopt;
    case Strategy::Field::instance_id:
      return by_instance(tasks);
    case Strategy::Field::attribute:
      return by_attribute(tasks, strategy.attribute);
    case Strategy::Field::cpu:
      return by_remaining(tasks, &InstanceView::remaining_cpu);
    case Strategy::Field::memory:
      return by_remaining(tasks, &InstanceView::remaining_memory_mib);
  }
  unreachable();
}

}  // namespace

std::vector<std::size_t> choose_tasks_to_stop(const std::vector<StoppableTask>& tasks, std::int64_t count,
                                              const std::vector<Strategy>& strategies) {
  std::vector<std::size_t> chosen;
  if (tasks.empty()) return chosen;
  std::vector<StopKey> keys;
  for (const Strategy& strategy : strategies) {
    auto key = key_of(tasks, strategy);
    if (!key) break;  // Whatever follows random has no say, as in placement.
    keys.push_back(std::move(*key));
  }
  if (strategies.empty()) {
    keys.push_back(by_attribute(tasks, std::string(kZoneAttribute)));
    keys.push_back(by_instance(tasks));
  }

  std::vector<std::size_t> left(tasks.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  auto goes_before = [&](std::size_t a, std::size_t b) {
    if (tasks[a].rank != tasks[b].rank) return tasks[a].rank < tasks[b].rank;
    for (const StopKey& key : keys) {
      if (key.value(a) != key.value(b)) return key.value(a) > key.value(b);
    }
    return std::tie(tasks[a].started_order, tasks[a].id) > std::tie(tasks[b].started_order, tasks[b].id);
  };
  while (static_cast<std::int64_t>(chosen.size()) < count && !left.empty()) {
    auto next = std::min_element(left.begin(), left.end(), goes_before);
    for (StopKey& key : keys) key.stopped(*next);
    chosen.push_back(*next);
    left.erase(next);
  }
  return chosen;
}

}  // namespace berth::placement
