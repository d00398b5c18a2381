#include <algorithm>

#include "agent/engine/machine.h"

namespace berth::agent::engine {

namespace {

/// Docker's log of checks goes back five of them: what held before still holds since then.
ContainerHealth follow_health(const ContainerState& container, const ContainerInfo& info, WallTime now) {
  ContainerHealth health = info.health;
  const bool same_run = info.started_at == container.started_at;
  if (same_run && health.status == container.health.status && container.health.since) {
    health.since = container.health.since;
  } else if (health.status != HealthStatus::none && !health.since) {
    health.since = now;
  }
  return health;
}

}  // namespace

void Machine::copy_facts(std::size_t index, const ContainerInfo& info) {
  ContainerState& container = task.containers[index];
  // One that has not run may have been made anew, under its name, by an agent that was killed.
  if (container.docker_id.empty() || container.known < Status::running) container.docker_id = info.id;
  if (!info.image_id.empty()) container.image_id = info.image_id;
  if (info.created_at) container.created_at = info.created_at;
  container.health = follow_health(container, info, now);
  container.network_mode = info.network_mode;
  container.log_driver = info.log_driver;
  container.log_options = info.log_options;
  for (const SecretSpec& secret : task.spec.containers[index].secrets) {
    if (secret.log_option) container.log_options.erase(secret.name);  // never saved, never shown
  }
  container.labels = info.labels;
  container.mounts = info.mounts;
  if (!info.networks.empty()) container.networks = info.networks;
  // Docker forgets the ports of a container that has stopped; the report still names them.
  if (!info.ports.empty()) container.bindings = info.ports;
}

bool Machine::may_restart(std::size_t index, const ContainerInfo& info) const {
  const ContainerState& container = task.containers[index];
  const auto& policy = task.spec.containers[index].restart;
  if (!policy || task.desired == Status::stopped || container.desired == Status::stopped) return false;
  if (!info.finished_at || !info.started_at) return false;
  if (std::ranges::find(policy->ignored_exit_codes, info.exit_code) != policy->ignored_exit_codes.end())
    return false;
  return *info.finished_at - *info.started_at >= policy->attempt_period;
}

void Machine::observe_exit(std::size_t index, const ContainerInfo& info) {
  ContainerState& container = task.containers[index];
  if (info.finished_at && container.known < Status::running) {
    container.started_at = info.started_at;
    set_running(index);  // it ran, though we did not see it: both changes are told
  }
  if (may_restart(index, info)) {
    ++container.restarts;
    container.step = Step::start;
    actions.emplace_back(StartContainer{index});
    return;
  }
  if (info.finished_at) {
    container.exit_code = info.exit_code;
    container.finished_at = info.finished_at;
  }
  if (info.oom_killed) {
    note_problem(index, {"OutOfMemoryError", "Container killed due to memory usage", false});
  } else if (!info.error.empty()) {
    note_problem(index, {"DockerStateError", info.error, false});
  }
  set_stopped(index);
}

void Machine::observe(std::size_t index, const ContainerInfo& info) {
  ContainerState& container = task.containers[index];
  // A start under way answers for itself, with an inspect of its own.
  if (container.step == Step::start || container.step == Step::create) return;
  if (container.known == Status::stopped) {
    container.returned = info.phase == ContainerPhase::running || info.phase == ContainerPhase::paused ||
                         info.phase == ContainerPhase::restarting;
    return;
  }
  copy_facts(index, info);
  switch (info.phase) {
    case ContainerPhase::created:
      if (container.known < Status::created) container.known = Status::created;
      return;
    case ContainerPhase::running:
    case ContainerPhase::paused:
    case ContainerPhase::restarting:
      container.maybe_running = false;
      if (info.started_at) container.started_at = info.started_at;
      if (container.known < Status::running) set_running(index);
      return;
    case ContainerPhase::exited:
    case ContainerPhase::dead:
    case ContainerPhase::removing:
      observe_exit(index, info);
      return;
  }
}

void Machine::vanish(std::size_t index) {
  ContainerState& container = task.containers[index];
  if (container.known == Status::stopped || container.docker_id.empty()) return;
  if (container.step == Step::create || container.step == Step::start) return;
  note_problem(index, {"ContainerVanishedError", "No container matching saved ID found", false});
  set_stopped(index);
}

}  // namespace berth::agent::engine
