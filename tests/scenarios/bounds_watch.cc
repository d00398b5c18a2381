#include "bounds_watch.h"

#include <algorithm>

#include "base/assert.h"

namespace berth::scenarios {

using domain::TaskRecord;
using domain::TaskStatus;

std::int64_t BoundsWatch::State::running() const {
  return std::count_if(tasks.begin(), tasks.end(), [](const auto& task) { return task.second; });
}

void BoundsWatch::take(const store::Change& change) {
  const auto* after = change.after_as<TaskRecord>();
  if (!after || !after->service_name) return;
  State& state = states_[*after->service_name];
  if (after->last_status == TaskStatus::stopped)
    state.tasks.erase(change.key);
  else
    state.tasks[change.key] =
        after->last_status == TaskStatus::running && after->desired_status == TaskStatus::running;
}

void BoundsWatch::account() {
  for (auto& [name, state] : states_) {
    const std::int64_t running = state.running();
    state.bounds.running_min = std::min(state.bounds.running_min, running);
    state.bounds.running_max = std::max(state.bounds.running_max, running);
    state.bounds.tasks_max = std::max(state.bounds.tasks_max, static_cast<std::int64_t>(state.tasks.size()));
  }
}

void BoundsWatch::reset(const std::string& service) {
  State& state = states_[service];
  const std::int64_t running = state.running();
  state.bounds = {running, running, static_cast<std::int64_t>(state.tasks.size())};
}

Async<void> BoundsWatch::run() {
  const Executor executor = co_await current_executor();
  const auto watch = store_.watch(executor);
  while (true) {
    const auto changes = co_await watch->next();
    check(changes.ok(), "the feed of a scenario is never compacted");
    // One transaction is one step: what it starts and stops happens at once.
    for (std::size_t i = 0; i < changes->size(); ++i) {
      take((*changes)[i]);
      if (i + 1 == changes->size() || (*changes)[i + 1].revision != (*changes)[i].revision) account();
    }
  }
}

}  // namespace berth::scenarios
