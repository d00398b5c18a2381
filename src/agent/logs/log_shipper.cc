#include "agent/logs/log_shipper.h"

#include <set>

#include "base/log.h"

namespace berth::agent::logs {
namespace {

bool has_terminal(const engine::ContainerSpec& spec) {
  const auto* tty = spec.docker_config.if_contains("Tty");
  return tty && tty->is_bool() && tty->get_bool();
}

Async<void> run_pump(OutputPump& pump, bool& ended) {
  co_await pump.run();
  ended = true;
}

}  // namespace

LogShipper::LogShipper(ShipperDeps deps) : deps_(std::move(deps)) {
  if (deps_.folder.empty()) return;
  if (auto made = deps_.pump.files.make_directories(deps_.folder, 0700); !made) {
    spdlog::warn("logs: {}: nothing of what was sent will be remembered", made.error().message);
    deps_.folder.clear();
  }
}

void LogShipper::start(runtime::TaskGroup& group) {
  group.spawn(watch_forever(group));
}

Async<void> LogShipper::watch_forever(runtime::TaskGroup& group) {
  for (;;) {
    start_new(group);
    forget_gone();
    co_await deps_.pump.runtime.sleep(kShipperInterval);
  }
}

void LogShipper::start_new(runtime::TaskGroup& group) {
  for (const auto* task : deps_.tasks.list())
    for (std::size_t i = 0; i < task->containers.size(); ++i) {
      const auto& id = task->containers[i].docker_id;
      if (id.empty() || pumps_.contains(id)) continue;
      auto& pump = pumps_[id] = make_pump(*task, i);
      if (pump) group.spawn(run_pump(*pump, ended_[id]));
    }
}

// The records of containers whose task is forgotten, also of those that an earlier agent forgot.
void LogShipper::forget_gone() {
  std::set<std::string> there;
  for (const auto* task : deps_.tasks.list())
    for (const auto& container : task->containers) there.insert(container.docker_id);
  for (auto at = pumps_.begin(); at != pumps_.end();) {
    const auto ended = ended_.find(at->first);
    const bool running = at->second && (ended == ended_.end() || !ended->second);
    if (there.contains(at->first) || running) {
      ++at;
      continue;
    }
    if (!deps_.folder.empty())
      if (auto removed = deps_.pump.files.remove(deps_.folder + "/" + at->first); !removed)
        spdlog::debug("logs: {}", removed.error().message);
    ended_.erase(at->first);
    at = pumps_.erase(at);
  }
}

std::unique_ptr<OutputPump> LogShipper::make_pump(const engine::TaskState& task, std::size_t container) {
  auto to = find_log_destination(task, container, deps_.registered.cluster, deps_.region);
  if (!to) return nullptr;
  PumpSettings settings;
  settings.to = *std::move(to);
  settings.container_id = task.containers[container].docker_id;
  settings.tty = has_terminal(task.spec.containers[container]);
  if (!deps_.folder.empty()) settings.record_path = deps_.folder + "/" + settings.container_id;
  settings.has_stopped = [this, arn = task.spec.arn, container, id = settings.container_id] {
    return has_stopped(arn, container, id);
  };
  return std::make_unique<OutputPump>(deps_.pump, std::move(settings));
}

bool LogShipper::has_stopped(const std::string& task_arn, std::size_t container,
                             const std::string& id) const {
  const auto* task = deps_.tasks.find(task_arn);
  if (!task || task->containers[container].docker_id != id) return true;
  return task->containers[container].known == engine::Status::stopped;
}

}  // namespace berth::agent::logs
